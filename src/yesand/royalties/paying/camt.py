"""Reading what a bank tells of its customer's account: ISO 20022 camt.054 and camt.053.

Banks write many versions (.02 to .13): names are asked for whatever their namespace's version.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

from yesand.kernel.errors import BadInput
from yesand.kernel.money import Money
from yesand.royalties.paying.safe_xml import parsed
from yesand.royalties.paying.told import Told

_NAMESPACE = re.compile(r"\{urn:iso:std:iso:20022:tech:xsd:(camt\.05[34])\.001\.\d\d\}Document\Z")
#: The bank transaction codes of a credit transfer that came back (ISO 20022's external code sets).
_RETURNED = {"RRTN", "RPCR", "RRCT"}


@dataclass(frozen=True)
class Report:
    """One file of a bank.

    Attributes
    ----------
    kind : ``camt.053`` or ``camt.054``.
    accounts : the accounts that it is about (IBANs).
    """

    kind: str
    accounts: frozenset[str]
    movements: tuple[Told, ...]


def read(data: bytes, where: str = "bank file") -> Report:
    """Return the booked movements of a file; what is only announced is passed over.

    Raises
    ------
    BadInput : another kind of file, or an entry that cannot be read; nothing of it counts then.
    """
    root = parsed(data, where)
    found = _NAMESPACE.match(str(root.tag))
    if not found:
        raise BadInput(
            "That is no camt.053 or camt.054 file",
            where=where,
            remedy="Ask the bank for account statements or notifications in ISO 20022's form.",
        )
    accounts = frozenset(_texts(root, "*/*/Acct/Id/IBAN"))
    movements = tuple(
        told
        for number, entry in enumerate(_all(root, "*/*/Ntry"), 1)
        for told in _movements(entry, found[1], f"{where}, entry {number}")
    )
    return Report(found[1], accounts, movements)


def _movements(entry: Any, kind: str, where: str) -> Iterator[Told]:
    """Yield what an entry is made of; one that says nothing of its parts is one movement."""
    if (_text(entry, "Sts/Cd") or _text(entry, "Sts")) not in {"BOOK", ""}:
        return
    parts = _all(entry, "NtryDtls/TxDtls")
    for part in parts or [None]:
        yield replace(_movement(entry, part, alone=len(parts) < 2, where=where), source=kind)


def _movement(entry: Any, part: Any, *, alone: bool, where: str) -> Told:
    code = (part is not None and _text(part, "CdtDbtInd")) or _text(entry, "CdtDbtInd")
    if code not in {"DBIT", "CRDT"}:
        raise BadInput("An entry is neither credit nor debit", where=where)
    own = None if part is None else _amount(part)
    if own is None and not alone:
        raise BadInput("A part of a collected entry says no amount", where=where)
    paid = own if own is not None else _all(entry, "Amt")[:1]
    if not paid:
        raise BadInput("An entry says no amount", where=where)
    return Told(
        out=code == "DBIT",
        money=_money(paid[0], where),
        end_to_end=_named(part),
        reference=_first(part, "Refs/AcctSvcrRef") or _first(entry, "AcctSvcrRef", "NtryRef"),
        on=_day(entry, where),
        back=_is_back(entry, part),
        reason=_reason(part),
        who=_first(part, "RltdPties/Cdtr/Nm", "RltdPties/Cdtr/Pty/Nm", "RltdPties/Dbtr/Nm")[:140],
        words=_words(part),
    )


def _amount(part: Any) -> list[Any] | None:
    """Return where a part says its own amount: by version, in one of three places."""
    for path in ("Amt", "AmtDtls/TxAmt/Amt", "AmtDtls/InstdAmt/Amt"):
        if found := _all(part, path):
            return found
    return None


def _money(found: Any, where: str) -> Money:
    try:
        return Money.of(found.get("Ccy", ""), (found.text or "").strip())
    except BadInput as fault:
        raise BadInput(fault.what, where=where) from fault


def _named(part: Any) -> str:
    found = _first(part, "Refs/EndToEndId")
    return "" if found == "NOTPROVIDED" else found


def _is_back(entry: Any, part: Any) -> bool:
    told = _first(part, "BkTxCd/Domn/Fmly/SubFmlyCd") or _first(entry, "BkTxCd/Domn/Fmly/SubFmlyCd")
    reversal = _text(entry, "RvslInd") == "true"
    return reversal or told in _RETURNED or (part is not None and bool(_all(part, "RtrInf")))


def _reason(part: Any) -> str:
    if part is None:
        return ""
    words = " ".join(_texts(part, "RtrInf/AddtlInf"))
    code = _first(part, "RtrInf/Rsn/Cd", "RtrInf/Rsn/Prtry")
    return f"{code} {words}".strip()[:200]


def _words(part: Any) -> str:
    if part is None:
        return ""
    told = [*_texts(part, "RmtInf/Ustrd"), *_texts(part, "RmtInf/Strd/CdtrRefInf/Ref")]
    told += _texts(part, "RmtInf/Strd/RfrdDocInf/Nb")
    return " ".join(told)[:1_000]


def _day(entry: Any, where: str) -> date:
    told = _first(entry, "BookgDt/Dt", "BookgDt/DtTm", "ValDt/Dt", "ValDt/DtTm")[:10]
    try:
        return date.fromisoformat(told)
    except ValueError as fault:
        raise BadInput("An entry says no day of booking", where=where) from fault


def _all(node: Any, path: str) -> list[Any]:
    """Return the elements at a path, in whatever namespace."""
    return list(node.findall("/".join(n if n == "*" else f"{{*}}{n}" for n in path.split("/"))))


def _texts(node: Any, path: str) -> list[str]:
    return [(found.text or "").strip() for found in _all(node, path)]


def _text(node: Any, path: str) -> str:
    return next(iter(_texts(node, path)), "")


def _first(node: Any, *paths: str) -> str:
    """Return the first of several places that says something."""
    if node is None:
        return ""
    return next((text for path in paths if (text := _text(node, path))), "")
