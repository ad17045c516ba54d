"""An audit of what was paid: what it found unpaid, what it cost, and who bears that. Pure.

What the house's own statements say of the audited months is computed from them: all that was ever
stated is due, and what was stated only since the audit began was unpaid until then.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Annotated, Any, Literal, Self

from pydantic import Field, model_validator

from yesand.agreements.amounts import Currency
from yesand.agreements.pay import Pay
from yesand.kernel.errors import BadInput
from yesand.kernel.money import Money
from yesand.royalties.instruments.shapes import Day, Ppm
from yesand.royalties.ledger import Draft, Side, payer_account, undone
from yesand.royalties.lines import ON_TOP, Digest, Kind, Line, Month, Schema, Whole, signed
from yesand.royalties.shortfall import audit_cost
from yesand.royalties.statement import Statement

#: Of the transactions that audits make, and of the accounts of those who have paid for one.
PREFIX = "audit:"
_BACK = f"{PREFIX}back."
NAME = r"^[a-z0-9][a-z0-9-]{0,59}$"
Name = Annotated[str, Field(pattern=NAME)]
WHO = r"^[A-Za-z0-9][A-Za-z0-9_.-]{0,59}$"
Who = Annotated[str, Field(pattern=WHO)]


class Asked(Schema):
    """What whoever records an audit says of it.

    Attributes
    ----------
    agreements : those that were audited; none named: all of the performer's.
    since, until : the months that were audited, both included.
    begun : the day on which the audit began: what was put right before was not lacking then.
    due_micro, unpaid_micro : as declared; null: as the house's statements say.
    cost_micro : of ``cost_currency``. paid_by : who has paid it (account ``audit:…``).
    document : SHA-256 of the audit's report.
    replaces : the name of an audit that this one puts right.
    """

    name: Name
    performer: str
    agreements: tuple[Digest, ...] = ()
    since: Month
    until: Month
    begun: Day
    due_micro: Whole | None = None
    unpaid_micro: Whole | None = None
    cost_currency: Currency
    cost_micro: Whole
    paid_by: Who
    document: Digest
    words: Annotated[str, Field(max_length=1000)] = ""
    replaces: Name | Literal[""] = ""

    @model_validator(mode="after")
    def _whole(self) -> Self:
        if self.until < self.since:
            raise ValueError("the months that were audited end after they begin")
        if (self.due_micro is None) != (self.unpaid_micro is None):
            raise ValueError("declare due_micro and unpaid_micro both, or neither")
        return self


class Audit(Schema):
    """The predicate of a signed audit (``Predicate.PAY_AUDIT``).

    Attributes
    ----------
    asked : as it was recorded. payer : who made the agreements with the performer.
    basis : ``computed`` from the house's statements, or ``declared``.
    statements : those that the figures were computed from. found_in : those of them that were
        issued since the audit began.
    shortfall_ppm : what the terms agree on; 0: they have no audit clause.
    payer_bears, why : what follows from all that (``shortfall.audit_cost``).
    replaces : the record that this one puts right.
    """

    version: Literal[1] = 1
    asked: Asked
    performer_key: Digest
    payer: str
    agreements: Annotated[tuple[Digest, ...], Field(min_length=1)]
    basis: Literal["computed", "declared"]
    statements: tuple[Digest, ...] = ()
    found_in: tuple[Digest, ...] = ()
    currency: Currency
    due_micro: Whole
    unpaid_micro: Whole
    shortfall_ppm: Ppm
    payer_bears: bool
    why: str
    replaces: Digest | None = None

    @model_validator(mode="after")
    def _follows(self) -> Self:
        if (self.payer_bears, self.why) != self.outcome():
            raise ValueError("payer_bears: not what follows from the figures and the clause")
        return self

    def outcome(self) -> tuple[bool, str]:
        """Return who bears the cost, and why."""
        return borne(self.shortfall_ppm, self.due, self.unpaid, self.cost)

    @property
    def due(self) -> Money:
        """What should have been paid for the audited months."""
        return Money(self.currency, self.due_micro)

    @property
    def unpaid(self) -> Money:
        """What of it was not."""
        return Money(self.currency, self.unpaid_micro)

    @property
    def cost(self) -> Money:
        """What the audit cost."""
        return Money(self.asked.cost_currency, self.asked.cost_micro)


@dataclass(frozen=True)
class Stated:
    """A statement, and the day (UTC) on which it was issued."""

    digest: str
    on: str
    statement: Statement


@dataclass(frozen=True)
class Reckoned:
    """What statements say of some months, in micro-units, and which of them."""

    due: int
    unpaid: int
    statements: tuple[str, ...]
    found_in: tuple[str, ...]


def borne(ppm: int, due: Money, unpaid: Money, cost: Money) -> tuple[bool, str]:
    """Return whether the payer bears an audit's cost, and why.

    Raises
    ------
    ValueError : the shortfall is more than was due.
    """
    try:
        found = audit_cost(Pay(audit_shortfall_ppm=ppm), due, unpaid, cost)
    except BadInput as fault:
        raise ValueError(fault.what) from fault
    return found.payer, found.why


def reckoned(rows: Iterable[Stated], asked: Asked, agreements: Iterable[str]) -> Reckoned:
    """Compute what was due for the audited months, and what of it was unpaid till the audit began.

    All lines count that are the performer's, but no advances, which pay for other months.
    """
    every, under = list(rows), set(agreements)
    named = {row.digest: row.statement for row in every}
    due = unpaid = 0
    used, found = set[str](), set[str]()
    for row in every:
        for line in _own(row.statement, under):
            if not asked.since <= _month(line, row.statement, named) <= asked.until:
                continue
            used.add(row.digest)
            due += line.micro
            if row.on >= asked.begun and (line.corrects or line.kind is Kind.LATE):
                found.add(row.digest)
                unpaid += line.micro
    return Reckoned(due, max(0, unpaid), tuple(sorted(used)), tuple(sorted(found)))


def _own(issued: Statement, under: set[str]) -> Iterator[Line]:
    for line in issued.lines:
        if line.agreement in under and line.kind not in ON_TOP and line.kind is not Kind.ADVANCE:
            yield line


def _month(line: Line, issued: Statement, named: Mapping[str, Statement]) -> str:
    """Return the month that a line is of: of a correction, that of what it puts right."""
    if line.usage_period:
        return line.usage_period
    about = line.corrects
    if about is None or about.statement not in named:
        return issued.period
    first = named[about.statement]
    return first.period if about.line is None else _month(first.lines[about.line], first, named)


def account(paid_by: str) -> str:
    """Return the account of who has paid for an audit (a credit)."""
    return f"{PREFIX}{paid_by}"


def draft_of(audit: Audit, digest: str) -> Draft | None:
    """Return what an audit posts: its cost, from the payer to whoever has paid for it.

    Nothing, where the payer does not bear it, or has paid it.
    """
    cost, paid_by = audit.cost, audit.asked.paid_by
    if not audit.payer_bears or not cost.micro or paid_by == audit.payer:
        return None
    sides = _sides(audit.payer, paid_by, cost)
    memo = f"audit {audit.asked.name}: its cost"
    return Draft(f"{PREFIX}{digest[:48]}", memo, sides, follows=digest)


def reversal_of(audit: Audit, digest: str, by: str) -> Draft | None:
    """Return what takes an audit's cost back, where another record puts it right."""
    made = draft_of(audit, digest)
    if made is None:
        return None
    return undone(made, f"{_BACK}{by[:48]}", f"audit {audit.asked.name}: taken back")


def posted_by(transaction: str) -> str:
    """Return what the digest of the audit begins with that a transaction follows from."""
    return transaction.removeprefix(_BACK).removeprefix(PREFIX)


def _sides(payer: str, paid_by: str, cost: Money) -> tuple[Side, ...]:
    debit = Side(payer_account(payer), cost.currency, cost.micro)
    return debit, Side(account(paid_by), cost.currency, -cost.micro)


def parse_asked(told: Any, where: str = "audit") -> Asked:
    """Read what is said of an audit.

    Raises
    ------
    BadInput : with every field that is missing or wrong.
    """
    return signed(Asked, told, "an audit", where, BadInput)


def parse_audit(predicate: Any, where: str = "audit") -> Audit:
    """Read a signed audit, and check that its outcome follows from its figures.

    Raises
    ------
    CheckFailed : it does not.
    """
    return signed(Audit, predicate, "an audit", where)
