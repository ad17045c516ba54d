"""The room's services in one place: meter, settle, and ask what is owed."""

from __future__ import annotations

from collections import Counter, defaultdict
from dataclasses import asdict, dataclass
from typing import Any

from yesand.kernel.canonical import parse
from yesand.kernel.clock import Period
from yesand.kernel.errors import BadInput, CheckFailed, NotFound, Refused
from yesand.kernel.money import Money
from yesand.kernel.place import Place
from yesand.people.models import Organisation, Performer
from yesand.provenance.dsse import opened, payload_of
from yesand.royalties.auditing.services import owed_for_audits
from yesand.royalties.books.services import adrift, balance, post, trial_balance
from yesand.royalties.gathering.services import trial
from yesand.royalties.ledger import FUNDS, performer_account
from yesand.royalties.lines import ON_TOP, Kind, Line
from yesand.royalties.metering.services import MeterReport, escrow, meter
from yesand.royalties.models import Settlement, Statement
from yesand.royalties.paying.reconciling.services import paid_by_account
from yesand.royalties.raters.services import owed_for_ratings
from yesand.royalties.reconciling.services import moved_by_desk
from yesand.royalties.settling.services import settle
from yesand.royalties.statement import Statement as Payload
from yesand.royalties.statement import paid_of, parse_settled, parse_statement

#: What gets a part of a performer's pay, and nothing else.
_GETTING = ("agent:", "tax:")
__all__ = [
    "MeterReport", "balance", "balance_of", "check_books", "escrow", "invoices", "meter",
    "payload", "payout_allowed", "post", "settle", "statement", "summary", "trial_balance",
]  # fmt: skip


def statement(
    place: Place, performer: Performer, period: Period, currency: str | None = None
) -> Statement:
    """Return what a performer is owed for a settled month, as signed by this house.

    Raises
    ------
    NotFound : no statement. BadInput : one in each of several currencies; say which.
    """
    rows = Statement.objects.filter(performer=performer, settlement__period=str(period))
    rows = rows.select_related("performer", "settlement").order_by("currency")
    found = [row for row in rows if currency in {None, row.currency}]
    if not found:
        raise NotFound(
            f"No statement for {period}",
            where=performer.handle,
            remedy=f"Settle it with `yesand settle {period}`, if the month is over.",
        )
    if len(found) > 1:
        names = ", ".join(row.currency for row in found)
        raise BadInput(f"Statements in {names}", where=performer.handle, remedy="Say which.")
    opened(found[0].envelope, {place.signer.id: place.signer.public})
    return found[0]


def payload(row: Statement) -> dict[str, Any]:
    """Return the predicate that was signed, as plain JSON."""
    signed: dict[str, Any] = parse(payload_of(row.envelope))["predicate"]
    return signed


def balance_of(place: Place, performer: Performer) -> dict[str, Money]:
    """Return what the house owes a performer now, by currency."""
    return owed_to(performer)


def owed_to(performer: Performer) -> dict[str, Money]:
    """Return what stands to a performer's credit now, by currency."""
    owed = balance(performer_account(performer.handle))
    return {currency: Money(currency, -micro) for currency, micro in owed.items()}


@dataclass(frozen=True)
class InvoiceLine:
    """What a licensee owes for one kind of thing, added up over all performers."""

    kind: str
    deployment: str | None
    usage_period: str | None
    unit: str | None
    realtime: bool | None
    quantity: int | None
    micro: int


@dataclass(frozen=True)
class Invoice:
    """What a licensee owes for one settlement in one currency; it names no performer."""

    period: str
    currency: str
    lines: tuple[InvoiceLine, ...]

    @property
    def total(self) -> Money:
        """The sum of the lines: exactly what the ledger debits."""
        return Money(self.currency, sum(line.micro for line in self.lines))


def invoices(licensee: Organisation, period: Period | None = None) -> list[Invoice]:
    """Return what an organisation owes, settlement by settlement."""
    rows = Statement.objects.select_related("settlement").order_by("settlement__period")
    if period:
        rows = rows.filter(settlement__period=str(period))
    sums: dict[tuple[str, str], Counter[InvoiceLine]] = {}
    for row in rows.iterator(chunk_size=500):
        owed = sums.setdefault((row.settlement.period, row.currency), Counter())
        for line in parse_statement(payload(row)).lines:
            if line.licensee == licensee.slug:
                owed[_head(line)] += line.micro
    return [
        Invoice(month, currency, _added(owed))
        for (month, currency), owed in sorted(sums.items())
        if owed
    ]


def payout_allowed(place: Place) -> None:
    """Let a payout go ahead only from a house whose consent was given by people.

    Raises
    ------
    Refused : something here stands on trial terms.
    """
    if trial():
        raise Refused(
            "This house holds trial terms, to which nobody consented; nothing is paid out of it",
            where=place.name,
            remedy="Pay from a house whose agreements are signed by the performers.",
        )


@dataclass(frozen=True)
class Summary:
    """A settlement at a glance."""

    period: str
    settlement: str
    trial: bool
    events: int
    deployments: int
    statements: int
    owed: dict[str, int]
    contributions: dict[str, int]

    def as_dict(self) -> dict[str, Any]:
        """Return it for ``--json``."""
        return asdict(self)

    def lines(self) -> list[str]:
        """Return it in a few lines for people."""
        owed = ", ".join(str(Money(*pair)) for pair in self.owed.items()) or "nothing"
        fund = ", ".join(str(Money(*pair)) for pair in self.contributions.items() if pair[1])
        mark = " (TRIAL: nothing is paid out)" if self.trial else ""
        return [
            f"{self.period}: {self.events:,} events "
            f"of {_number(self.deployments, 'deployment')}, "
            f"{_number(self.statements, 'statement')}, {owed} owed{mark}"
            + (f", {fund} to the fund on top" if fund else "")
        ]


def _number(how_many: int, noun: str) -> str:
    return f"{how_many:,} {noun}{'' if how_many == 1 else 's'}"


def summary(settlement: Settlement) -> Summary:
    """Return a settlement at a glance."""
    settled = parse_settled(parse(payload_of(settlement.envelope))["predicate"])
    owed, fund = Counter[str](), Counter[str]()
    for row in settlement.statements.all():
        owed[row.currency] += row.total_micro
        fund[row.currency] += payload(row)["contributions_micro"]
    return Summary(
        period=settled.period,
        settlement=settlement.digest,
        trial=settled.trial,
        events=sum(row.events for row in settled.usage),
        deployments=len({row.deployment for row in settled.usage}),
        statements=settlement.statements.count(),
        owed=dict(sorted(owed.items())),
        contributions=dict(sorted(fund.items())),
    )


def check_books() -> str:
    """Check that the ledger balances and says what the statements say; return that in words.

    Raises
    ------
    CheckFailed : a currency does not add up, an account differs from its statements, or a posting
        belongs nowhere.
    """
    expected: defaultdict[str, Counter[str]] = defaultdict(Counter)
    count = 0
    for row in Statement.objects.select_related("performer").iterator(chunk_size=500):
        issued, count = parse_statement(payload(row)), count + 1
        _check_carry(issued)
        own = expected[performer_account(row.performer.handle)]
        own[row.currency] -= issued.total_micro - issued.deductions_micro
        for line in issued.lines:
            if line.kind in ON_TOP:
                expected[FUNDS[line.kind]][row.currency] -= line.micro
        for deduction in issued.deductions:
            if deduction.account.startswith(_GETTING):
                expected[deduction.account][row.currency] -= deduction.micro
    if loose := adrift():
        raise CheckFailed("Postings of no account, or of no transaction", where=f"{loose} of them")
    books = trial_balance()
    residue = Counter[str]()
    for sums in books.values():
        residue.update(sums)
    if any(residue.values()):
        raise CheckFailed("The ledger does not balance", where=str(dict(residue)))
    for moves in (paid_by_account(), moved_by_desk(), owed_for_audits(), owed_for_ratings()):
        for name, moved in moves.items():
            expected[name].update(moved)
    for name, sums in expected.items():
        there = {c: m for c, m in books.get(name, {}).items() if m}
        if there != {c: m for c, m in sums.items() if m}:
            raise CheckFailed(f"The ledger says {there}, the statements {dict(sums)}", where=name)
    return f"books: {count:,} statements, every account and every currency agrees with the ledger"


def _check_carry(issued: Payload) -> None:
    due = Money(issued.currency, issued.due_micro)
    if paid_of(due, issued.least_payout_micro) != (issued.payable_minor, issued.carried_micro):
        raise CheckFailed("A statement loses money to rounding", where=issued.performer)


def _head(line: Line) -> InvoiceLine:
    usage = line.kind in {Kind.ROYALTY, Kind.LATE}
    return InvoiceLine(
        kind=line.kind.value,
        deployment=line.deployment,
        usage_period=line.usage_period,
        unit=line.unit,
        realtime=line.realtime,
        quantity=line.quantity if usage else None,
        micro=0,
    )


def _added(owed: Counter[InvoiceLine]) -> tuple[InvoiceLine, ...]:
    lines = [InvoiceLine(**{**asdict(head), "micro": micro}) for head, micro in owed.items()]
    return tuple(sorted(lines, key=str))
