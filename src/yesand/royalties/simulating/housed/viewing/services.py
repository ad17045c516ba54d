"""What can be seen of a house, what follows from its steps alone, and its own audits."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping

from yesand.kernel.errors import CheckFailed
from yesand.kernel.place import Place
from yesand.provenance.kinds import Kind
from yesand.provenance.models import Entry
from yesand.royalties.auditing.services import audit_of
from yesand.royalties.books.folios.services import check_folios
from yesand.royalties.invoicing.services import check_invoices
from yesand.royalties.metering.services import escrow
from yesand.royalties.models import (
    Audit,
    BankMovement,
    Payout,
    PayoutDecision,
    PayoutRun,
    Settlement,
    Statement,
    UsageBatch,
)
from yesand.royalties.paying.checking import read
from yesand.royalties.paying.filing.services import file_of
from yesand.royalties.paying.reconciling.services import check_payouts
from yesand.royalties.services import check_books, payload, trial_balance
from yesand.royalties.simulating.housed.moving.services import billed
from yesand.royalties.simulating.picture import Picture, StatementSeen
from yesand.royalties.simulating.seen import statement_seen
from yesand.royalties.statement import parse_statement

#: (deployment, month, unit, why) → (quantity, events).
Escrow = dict[tuple[str, str, str, str], tuple[int, int]]
#: Whose records hold bank details under a fresh initialisation vector, or words of a dispute with a
#: fresh number that nobody guesses, or the journal of what those have posted, so that their digests
#: are never the same twice.
_SEALED = (
    "bank.changed", "payout.prepared", "payout.approved", "payout.cancelled",
    Kind.LEDGER_POSTED.value,
    *(kind.value for kind in Kind if kind.value.startswith("dispute.")),
)  # fmt: skip


def picture(names: Mapping[str, str], known: dict[str, StatementSeen]) -> Picture:
    """Return what can be seen of the open house now, but for what waits in escrow.

    Parameters
    ----------
    names : of agreements, by their digests. known : what was read of statements before.
    """
    rows = Statement.objects.select_related("settlement", "performer")
    found = {}
    for row in rows:
        if row.digest not in known:
            known[row.digest] = statement_seen(parse_statement(payload(row)), names)
        found[row.settlement.period, row.performer.handle, row.currency] = known[row.digest]
    balances = {
        name: {c: m for c, m in sums.items() if m} for name, sums in trial_balance().items()
    }
    problems = BankMovement.objects.exclude(problem="").values_list("problem", flat=True)
    return Picture(
        statements=found,
        accounts={name: sums for name, sums in balances.items() if sums},
        payouts={
            (p.run.currency, p.run.number, p.payee): (p.minor, _stands(p))
            for p in Payout.objects.select_related("run").prefetch_related("steps")
        },
        uses=sum(UsageBatch.objects.values_list("accepted", flat=True)),
        problems=dict(Counter(problems)),
        audited=_audited(),
        invoices=billed(),
    )


def _audited() -> dict[str, int]:
    """Return what payers bear of audits' cost, by currency, where nothing has put them right."""
    sums = Counter[str]()
    rows = Audit.objects.filter(payer_bears=True, replaced_by=None).select_related("payer")
    for row in rows:
        if audit_of(row).asked.paid_by != row.payer.slug:
            sums[row.cost_currency] += row.cost_micro
    return {currency: micro for currency, micro in sums.items() if micro}


def held(place: Place) -> Escrow:
    """Return what waits in escrow."""
    found: Escrow = {}
    for one in escrow(place):
        key = one.deployment, one.period, one.unit, one.reason
        quantity, events = found.get(key, (0, 0))
        found[key] = quantity + one.quantity, events + one.events
    return found


def check(place: Place) -> None:
    """Check the books, the payouts and their files.

    Raises
    ------
    CheckFailed : something does not agree.
    """
    check_books()
    check_folios()
    check_payouts()
    check_invoices(place)
    for decision in PayoutDecision.objects.filter(approved=True).select_related("run"):
        _check_file(place, decision.run)


def _check_file(place: Place, run: PayoutRun) -> None:
    """Check that a run's file pays exactly what its pending payouts say."""
    payments = read(file_of(place, run)).payments
    sent = [p for p in run.payouts.prefetch_related("steps") if _was_sent(p)]
    if sorted((p.end_to_end, p.money) for p in payments) != sorted(
        (p.end_to_end, p.money) for p in sent
    ):
        raise CheckFailed("The payment file differs from its payouts", where=str(run))


def named() -> list[str]:
    """Return the digests of all that follows from the steps alone, in order."""
    entries = Entry.objects.exclude(kind__in=_SEALED).order_by("index")
    return [
        *(f"{kind} {record}" for kind, record in entries.values_list("kind", "record")),
        *Settlement.objects.order_by("period").values_list("digest", flat=True),
        *Statement.objects.order_by("entry_id").values_list("digest", flat=True),
        *Payout.objects.order_by("end_to_end").values_list("end_to_end", flat=True),
    ]


def _was_sent(row: Payout) -> bool:
    return any(step.step == "pending" for step in row.steps.all())


def _stands(row: Payout) -> str:
    return "left" if row.standing == "left out" else str(row.standing)
