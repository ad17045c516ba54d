"""What an invoice says: lines added up over all performers, tax, and how its sum comes about.

It names no performer. What it has to say for VAT is in Council Directive 2006/112/EC, Art. 226: the
day of issue (1), a number that is there once (2), the seller's VAT number (3) and the customer's
(4), both names and addresses (5), quantity and nature (6), the month of supply (7), the amount
before tax by rate and the price (8), the rate (9), the tax (10), and reverse charge (11a).
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal

from yesand.kernel.errors import CheckFailed
from yesand.kernel.money import Money
from yesand.royalties.invoicing.tax import MENTIONS, Treatment, tax_minor
from yesand.royalties.ledger import Draft, Side, payer_account
from yesand.royalties.lines import Digest, Kind, Line, Month, Schema, Signed, Whole

PREFIX = "invoice."
CORRECTION = "correction"
#: Kinds of lines in which the same use is told to every performer.
_USED = frozenset({Kind.ROYALTY, Kind.LATE})


class Party(Schema):
    """A seller or a customer, as an invoice names them."""

    name: str
    address: str
    country: str
    vat_id: str


class BillLine(Schema):
    """One thing that is owed for, over all performers.

    ``price_micro`` is null where performers' terms name different prices.
    """

    kind: str
    deployment: str | None
    model: Digest | None
    usage_period: Month | None
    unit: str | None
    realtime: bool | None
    quantity: Signed | None
    price_micro: Whole | None
    micro: Signed


class Bill(Schema):
    """The predicate of a signed invoice (``Predicate.INVOICE``).

    ``brought_forward_micro + net_micro = net_minor (minor units) + carried_micro``: what is smaller
    than a minor unit goes to the next invoice. Tax is on ``net_minor``.
    """

    version: Literal[1] = 1
    number: str
    kind: Literal["invoice", "credit note"]
    corrects: tuple[str, ...]
    period: Month
    issued_on: str
    due_on: str
    seller: Party
    customer: Party
    licensee: str
    currency: str
    settlement: Digest
    lines: tuple[BillLine, ...]
    brought_forward_micro: Signed
    net_micro: Signed
    net_minor: Signed
    carried_micro: Signed
    treatment: str
    tax_ppm: Whole
    tax_minor: Signed
    total_minor: Signed
    mentions: str


@dataclass(frozen=True)
class Sums:
    """How an invoice's sum comes about."""

    net_micro: int
    net_minor: int
    carried_micro: int
    tax_minor: int

    @property
    def total_minor(self) -> int:
        """What is to be paid."""
        return self.net_minor + self.tax_minor


def sums_of(currency: str, lines: Iterable[BillLine], brought: int, tax_ppm: int) -> Sums:
    """Add an invoice up.

    Parameters
    ----------
    brought : micro-units that the invoice before was too small to ask for.
    """
    net = sum(line.micro for line in lines)
    minor, carried = Money(currency, brought + net).split()
    return Sums(net, minor, carried, tax_minor(minor, tax_ppm))


def bill_lines(lines: Iterable[Line]) -> tuple[BillLine, ...]:
    """Add a licensee's lines of all statements up, by what they are for.

    Usage is the same in every performer's line of it, so it is told once.
    """
    found: dict[tuple[object, ...], list[Line]] = {}
    for line in lines:
        found.setdefault(_what(line), []).append(line)
    made = [_added(group) for group in found.values()]
    return tuple(sorted(made, key=_order))


def _what(line: Line) -> tuple[object, ...]:
    quantity = line.quantity if line.kind in _USED else None
    return (
        _kind(line),
        line.deployment,
        line.model,
        line.usage_period,
        line.unit,
        line.realtime,
        quantity,
    )


def _kind(line: Line) -> str:
    """Return what a line is called on an invoice: what puts an earlier month right is told apart.

    Its reversal and what is stated instead stand in one row where all else is the same.
    """
    return line.kind.value if line.corrects is None else CORRECTION


def _added(group: list[Line]) -> BillLine:
    first, prices = group[0], {line.price_micro for line in group}
    quantity = first.quantity if first.kind in _USED else None
    return BillLine(
        kind=_kind(first),
        deployment=first.deployment,
        model=first.model,
        usage_period=first.usage_period,
        unit=first.unit,
        realtime=first.realtime,
        quantity=quantity,
        price_micro=next(iter(prices)) if len(prices) == 1 else None,
        micro=sum(line.micro for line in group),
    )


def _order(line: BillLine) -> tuple[str, ...]:
    told = line.kind, line.deployment, line.usage_period, line.unit, line.realtime, line.quantity
    return tuple(map(str, told))


def checked(bill: Bill) -> Bill:
    """Return a bill whose figures follow from its lines.

    Raises
    ------
    CheckFailed : one does not, and which.
    """
    sums = sums_of(bill.currency, bill.lines, bill.brought_forward_micro, bill.tax_ppm)
    for name in ("net_micro", "net_minor", "carried_micro", "tax_minor", "total_minor"):
        if getattr(sums, name) != getattr(bill, name):
            raise CheckFailed(f"{name} does not follow from the lines", where=bill.number)
    if bill.mentions != MENTIONS[Treatment(bill.treatment)]:
        raise CheckFailed("It does not mention what its tax asks for", where=bill.number)
    return bill


def tax_draft(bill: Bill, digest: str, micro: int) -> Draft | None:
    """Return what an invoice posts: its tax; all else was posted when the month was settled.

    Parameters
    ----------
    micro : the tax in micro-units.
    """
    if not micro:
        return None
    sides = (
        Side(payer_account(bill.licensee), bill.currency, micro),
        Side(f"vat:{bill.seller.country.lower()}", bill.currency, -micro),
    )
    return Draft(f"{PREFIX}{digest[:40]}", f"VAT of {bill.number}", sides, follows=digest)
