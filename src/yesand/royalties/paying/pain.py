"""Writing a credit transfer as banks take it: ISO 20022 pain.001.001.09.

Equal orders give equal bytes: nothing here asks the clock.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from itertools import groupby

from lxml import etree

from yesand.kernel.clock import stamp
from yesand.kernel.money import exponent
from yesand.royalties.paying.details import LONGEST, Details
from yesand.royalties.paying.iban import in_sepa

NAMESPACE = "urn:iso:std:iso:20022:tech:xsd:pain.001.001.09"
#: What the EPC's rulebook lets a text hold; other letters are written with these.
_ALLOWED = frozenset("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789/-?:().,'+ ")
_LETTERS = str.maketrans(
    {"ä": "ae", "ö": "oe", "ü": "ue", "Ä": "Ae", "Ö": "Oe", "Ü": "Ue", "ß": "ss", "ẞ": "SS"}
    | {"æ": "ae", "Æ": "Ae", "ø": "oe", "Ø": "Oe", "å": "aa", "Å": "Aa", "ł": "l", "Ł": "L"}
    | {"đ": "d", "Đ": "D", "’": "'", "–": "-", "&": "+"}
)


@dataclass(frozen=True)
class Transfer:
    """One payment."""

    end_to_end: str
    minor: int
    to: Details
    words: str


@dataclass(frozen=True)
class Order:
    """All payments of a run, from one account in one currency.

    Attributes
    ----------
    message : names the file (at most 33 characters: a part's name adds two).
    at : when it was approved. on : the day on which the bank is asked to carry it out.
    """

    message: str
    at: datetime
    on: date
    payer: Details
    currency: str
    transfers: tuple[Transfer, ...]

    @property
    def total_minor(self) -> int:
        """The sum of the payments."""
        return sum(transfer.minor for transfer in self.transfers)


def written(order: Order) -> bytes:
    """Return the order as a pain.001.001.09 file."""
    root = etree.Element(_tag("Document"), nsmap={None: NAMESPACE})
    initiation = _in(root, "CstmrCdtTrfInitn")
    header = _in(initiation, "GrpHdr")
    _in(header, "MsgId", order.message)
    _in(header, "CreDtTm", stamp(order.at.replace(microsecond=0)))
    _counted(header, order.currency, order.transfers)
    _in(header, "InitgPty", "Nm", latin(order.payer.holder))
    parts = groupby(
        sorted(order.transfers, key=lambda t: (not _sepa(order, t), t.end_to_end)),
        key=lambda t: _sepa(order, t),
    )
    for number, (sepa, transfers) in enumerate(parts, 1):
        _part(initiation, order, f"{order.message}-{number}", sepa, tuple(transfers))
    etree.indent(root)
    made: bytes = etree.tostring(root, xml_declaration=True, encoding="UTF-8")
    return made + b"\n"


def amount(currency: str, minor: int) -> str:
    """Write minor units with the currency's decimals: ``12.50``."""
    places = exponent(currency)
    whole, rest = divmod(minor, 10**places)
    return f"{whole}.{rest:0{places}d}" if places else str(whole)


def latin(text: str, longest: int = LONGEST) -> str:
    """Write a text in the letters that every bank takes."""
    plain = unicodedata.normalize("NFKD", text.translate(_LETTERS))
    kept = "".join(c for c in plain if not unicodedata.combining(c))
    made = "".join(c if c in _ALLOWED else "." for c in kept)
    return " ".join(made.split())[:longest].strip() or "."


def _sepa(order: Order, transfer: Transfer) -> bool:
    return order.currency == "EUR" and in_sepa(transfer.to.iban) and in_sepa(order.payer.iban)


def _part(
    initiation: etree._Element, order: Order, name: str, sepa: bool, transfers: tuple[Transfer, ...]
) -> None:
    part = _in(initiation, "PmtInf")
    _in(part, "PmtInfId", name)
    _in(part, "PmtMtd", "TRF")
    _in(part, "BtchBookg", "false")  # so that the bank tells of each payment by its own id
    _counted(part, order.currency, transfers)
    if sepa:
        _in(part, "PmtTpInf", "SvcLvl", "Cd", "SEPA")
    _in(part, "ReqdExctnDt", "Dt", order.on.isoformat())
    _in(part, "Dbtr", "Nm", latin(order.payer.holder))
    _in(part, "DbtrAcct", "Id", "IBAN", order.payer.iban)
    _bank(part, "DbtrAgt", order.payer.bic or "NOTPROVIDED")
    _in(part, "ChrgBr", "SLEV" if sepa else "SHAR")
    for transfer in transfers:
        _transfer(part, order.currency, transfer)


def _transfer(part: etree._Element, currency: str, transfer: Transfer) -> None:
    one = _in(part, "CdtTrfTxInf")
    _in(one, "PmtId", "EndToEndId", transfer.end_to_end)
    paid = _in(_in(one, "Amt"), "InstdAmt", amount(currency, transfer.minor))
    paid.set("Ccy", currency)
    if transfer.to.bic:
        _bank(one, "CdtrAgt", transfer.to.bic)
    _in(one, "Cdtr", "Nm", latin(transfer.to.holder))
    _in(one, "CdtrAcct", "Id", "IBAN", transfer.to.iban)
    _in(one, "RmtInf", "Ustrd", latin(transfer.words, 140))


def _bank(parent: etree._Element, role: str, code: str) -> None:
    bank = _in(_in(parent, role), "FinInstnId")
    if code == "NOTPROVIDED":
        _in(bank, "Othr", "Id", code)
    else:
        _in(bank, "BICFI", code)


def _counted(parent: etree._Element, currency: str, transfers: Iterable[Transfer]) -> None:
    sums = [transfer.minor for transfer in transfers]
    _in(parent, "NbOfTxs", str(len(sums)))
    _in(parent, "CtrlSum", amount(currency, sum(sums)))


def _in(parent: etree._Element, *path: str) -> etree._Element:
    """Add elements within each other; what comes after the last name is its text.

    A name begins with a capital and is a name of the schema; a path of one adds an empty element.
    """
    names, text = (path, "") if len(path) == 1 else (path[:-1], path[-1])
    here = parent
    for name in names:
        here = etree.SubElement(here, _tag(name))
    if text:
        here.text = text
    return here


def _tag(name: str) -> str:
    return f"{{{NAMESPACE}}}{name}"
