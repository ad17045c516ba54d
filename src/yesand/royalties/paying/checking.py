"""Our own check of a payment file, on its bytes and apart from what wrote it.

The schema lets a wrong count, a wrong sum and an IBAN with wrong check digits through: these are
checked here as well.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Any

from lxml import etree

from yesand.kernel.errors import BadInput, CheckFailed
from yesand.kernel.money import Money
from yesand.royalties.paying.iban import iban
from yesand.royalties.paying.pain import NAMESPACE
from yesand.royalties.paying.safe_xml import parsed

_NAMES = {"p": NAMESPACE}


@dataclass(frozen=True)
class Payment:
    """One payment as a file says it."""

    end_to_end: str
    money: Money
    name: str
    iban: str


@dataclass(frozen=True)
class FileRead:
    """A payment file as it reads, after every check."""

    message: str
    payments: tuple[Payment, ...]


def read(data: bytes, where: str = "payment file") -> FileRead:
    """Return what a pain.001.001.09 file pays to whom.

    Raises
    ------
    BadInput : no XML. CheckFailed : the schema, a count, a sum, an IBAN or an id is wrong.
    """
    root = parsed(data, where)
    schema = _schema()
    if not schema.validate(root):
        fault = schema.error_log.last_error
        raise CheckFailed(f"Not a pain.001.001.09 file: {fault.message[:300]}", where=where)
    payments = tuple(_payment(found, where) for found in _all(root, "//p:CdtTrfTxInf"))
    for part in [_all(root, "//p:GrpHdr")[0], *_all(root, "//p:PmtInf")]:
        _check_sums(part, where)
    ids = [payment.end_to_end for payment in payments]
    if len(set(ids)) != len(ids):
        raise CheckFailed("Two payments have the same end-to-end id", where=where)
    return FileRead(_text(root, "//p:GrpHdr/p:MsgId"), payments)


def _check_sums(part: Any, where: str) -> None:
    """Count and add up what a header or a part of the file says of its payments."""
    whole = part.tag.endswith("GrpHdr")
    within = part.getparent() if whole else part
    amounts = _all(within, ".//p:CdtTrfTxInf/p:Amt/p:InstdAmt")
    name = "the file" if whole else _text(part, "./p:PmtInfId")
    if _text(part, "./p:NbOfTxs") != str(len(amounts)):
        raise CheckFailed(f"The count of {name} is wrong", where=where)
    currencies = {found.get("Ccy") for found in amounts}
    if len(currencies) != 1:
        raise CheckFailed(f"Currencies are mixed in {name}", where=where)
    currency = currencies.pop()
    total = Money.total(currency, (Money.of(currency, found.text) for found in amounts))
    if Money.of(currency, _text(part, "./p:CtrlSum") or "0") != total:
        raise CheckFailed(f"The control sum of {name} is wrong", where=where)


def _payment(found: Any, where: str) -> Payment:
    paid = _all(found, "./p:Amt/p:InstdAmt")[0]
    money, name = Money.of(paid.get("Ccy"), paid.text), _text(found, "./p:PmtId/p:EndToEndId")
    if money.micro <= 0 or money.split()[1]:
        raise CheckFailed(f"{money} cannot be paid", where=f"{where}, {name}")
    try:
        number = iban(_text(found, "./p:CdtrAcct/p:Id/p:IBAN"))
    except BadInput as fault:
        raise CheckFailed(fault.what, where=f"{where}, {name}") from fault
    return Payment(name, money, _text(found, "./p:Cdtr/p:Nm"), number)


def _all(node: Any, path: str) -> list[Any]:
    return list(node.xpath(path, namespaces=_NAMES))


def _text(node: Any, path: str) -> str:
    found = _all(node, path)
    return (found[0].text or "") if found else ""


@cache
def _schema() -> Any:
    """The schema as the ISO 20022 registration authority publishes it."""
    path = files("yesand.royalties.paying") / "schemas" / "pain.001.001.09.xsd"
    return etree.XMLSchema(etree.fromstring(path.read_bytes()))
