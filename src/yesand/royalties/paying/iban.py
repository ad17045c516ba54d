"""International bank account numbers (ISO 13616) and bank identifiers (ISO 9362)."""

from __future__ import annotations

import re

from yesand.kernel.errors import BadInput

#: The form of each country's own account number: n figures, a capitals, c both (SWIFT's IBAN
#: registry). ``tests/royalties/test_iban.py`` holds it against another's copy.
_FORMS = dict(
    form.split(":")
    for form in """
AD:8n12c AE:19n AL:8n16c AT:16n AX:14n AZ:4a20c BA:16n BE:12n BG:4a6n8c BH:4a14c BI:23n
BL:10n11c2n BR:8c15n2c BY:4c4n16c CH:5n12c CR:18n CY:8n16c CZ:20n DE:18n DJ:23n DK:14n
DO:4c20n EE:16n EG:25n ES:20n FI:14n FK:2a12n FO:14n FR:10n11c2n GB:4a14n GE:2a16n
GF:10n11c2n GG:4a14n GI:4a15c GL:14n GP:10n11c2n GR:7n16c GT:24c HN:4a20n HR:17n HU:24n
IE:4a14n IL:19n IM:4a14n IQ:4a15n IS:22n IT:1a10n12c JE:4a14n JO:4a4n18c KW:4a22c KZ:3n13c
LB:4n20c LC:4a24c LI:5n12c LT:16n LU:3n13c LV:4a13c LY:21n MC:10n11c2n MD:20c ME:18n
MF:10n11c2n MK:3n10c2n MN:16n MQ:10n11c2n MR:23n MT:4a5n18c MU:4a19n3a NC:10n11c2n NI:4a20n
NL:4a10n NO:11n OM:3n16c PF:10n11c2n PK:4a16c PL:24n PM:10n11c2n PS:4a21c PT:21n QA:4a21c
RE:10n11c2n RO:4a16c RS:18n RU:14n15c SA:2n18c SC:4a20n3a SD:14n SE:20n SI:15n SK:20n
SM:1a10n12c SO:19n ST:21n SV:4a20n TF:10n11c2n TL:19n TN:20n TR:6n16c UA:6n19c VA:18n
VG:4a16n WF:10n11c2n XK:16n YE:4a4n18c YT:10n11c2n
""".split()
)
#: Whose accounts a SEPA transfer reaches (European Payments Council, EPC409-09).
_SEPA = frozenset(
    """AD AL AT AX BE BG BL CH CY CZ DE DK EE ES FI FR GB GF GG GI GP GR HR HU IE IM IS IT JE LI
    LT LU LV MC MD ME MF MK MQ MT NL NO PL PM PT RE RO RS SE SI SK SM VA YT""".split()
)
_KINDS = {"n": "[0-9]", "a": "[A-Z]", "c": "[A-Z0-9]"}
_BIC = re.compile(r"[A-Z0-9]{4}[A-Z]{2}[A-Z0-9]{2}([A-Z0-9]{3})?\Z")


def iban(text: str) -> str:
    """Return an IBAN without spaces, if its country, length, form and check digits are right.

    Raises
    ------
    BadInput : what is wrong with it; the message does not repeat the number.

    >>> iban("de89 3704 0044 0532 0130 00")
    'DE89370400440532013000'
    """
    found = re.sub(r"[\s-]", "", text).upper()
    country = found[:2]
    if country not in _FORMS:
        raise BadInput(
            "That is no IBAN: it begins with no country that has them",
            where="iban",
            remedy="It stands on your bank statement and begins with two letters, such as DE.",
        )
    own = "".join(f"{_KINDS[kind]}{{{n}}}" for n, kind in _parts(_FORMS[country]))
    length = 4 + sum(int(n) for n, _ in _parts(_FORMS[country]))
    if len(found) != length:
        raise BadInput(
            f"An IBAN of {country} has {length} characters, and this one {len(found)}",
            where="iban",
            remedy="Compare it with your bank statement.",
        )
    if not re.fullmatch(f"{country}[0-9]{{2}}{own}", found, re.ASCII) or not _adds_up(found):
        raise BadInput(
            "The IBAN's check digits say that a character in it is wrong",
            where="iban",
            remedy="Compare it with your bank statement, figure by figure.",
        )
    return found


def bic(text: str) -> str:
    """Return a BIC without spaces; nothing is nothing.

    Raises
    ------
    BadInput : not of a BIC's form.
    """
    found = re.sub(r"\s", "", text).upper()
    if found and not _BIC.match(found):
        raise BadInput(
            "That is no BIC",
            where="bic",
            remedy="It has 8 or 11 characters, such as COBADEFFXXX; it may be left out.",
        )
    return found


def masked(number: str) -> str:
    """Return what others than its owner may see of an account number: both ends."""
    return f"{number[:4]} … {number[-4:]}"


def in_sepa(number: str) -> bool:
    """Tell whether a SEPA credit transfer reaches an IBAN."""
    return number[:2] in _SEPA


def _parts(form: str) -> list[tuple[str, str]]:
    return re.findall(r"(\d+)([nac])", form)


def _adds_up(number: str) -> bool:
    """Check as ISO 7064 (MOD 97-10) does: letters count 10 to 35, what is left is one."""
    turned = number[4:] + number[:4]
    return int("".join(str(int(character, 36)) for character in turned)) % 97 == 1
