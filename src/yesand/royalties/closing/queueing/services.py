"""The queue of exceptions: what does not fit, waits, is held or came back, in one list."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from django.urls import reverse

from yesand.kernel.money import Money
from yesand.kernel.place import Place
from yesand.kernel.wording import Sentence
from yesand.kernel.wording import marked as _
from yesand.royalties.claiming.services import waiting
from yesand.royalties.estimating.services import usage
from yesand.royalties.estimating.truing.services import standing_estimates
from yesand.royalties.models import (
    BankMovement,
    Dispute,
    Payout,
    Reassignment,
    Receipt,
    Settlement,
    UsageBatch,
    UsageClaim,
)
from yesand.royalties.paying.payees.services import currencies, holds
from yesand.royalties.paying.phases import Step
from yesand.royalties.paying.plan import Reason
from yesand.royalties.paying.running.services import proposal
from yesand.royalties.redoing import services as redoing

ESCROW, HELD, RETURNED, UNMATCHED = _("Escrow"), _("Held"), _("Came back"), _("Unmatched")
#: Reasons that go away by themselves, or are no exception.
_PLAIN = {Reason.BELOW, Reason.HELD, Reason.ELSEWHERE}


@dataclass(frozen=True)
class Waits:
    """One thing that waits: of which kind, what it is, how much, and where it is seen to."""

    kind: str
    said: str
    address: str
    money: Money | None = None


def exceptions(place: Place) -> list[Waits]:
    """Return everything that waits for a person."""
    passed_over = [*_passed_over(), *_estimated(place)]
    return [*_escrow(place), *_held(place), *passed_over, *_returned(), *_unmatched()]


def _escrow(place: Place) -> Iterator[Waits]:
    for row in waiting(place):
        yield Waits(ESCROW, str(row), reverse("claims"))
    for claim in UsageClaim.objects.filter(decision=None).order_by("at"):
        yield Waits(ESCROW, str(claim), reverse("claims"))
    for batch in UsageBatch.objects.filter(quarantined__gt=0).order_by("sequence"):
        said = Sentence(
            _("%(n)s events of batch %(batch)s contradict earlier ones."),
            n=batch.quarantined,
            batch=batch.sequence,
        )
        yield Waits(ESCROW, said, reverse("usage"))


def _held(place: Place) -> Iterator[Waits]:
    rows = Dispute.objects.select_related("performer").prefetch_related("words").order_by("at")
    for row in rows:
        if row.holding:
            said = Sentence(_("%(who)s disputes a line."), who=row.performer.handle)
            yield Waits(HELD, said, reverse("dispute", args=[row.digest]), row.held)
    for payee, hold in sorted(holds().items()):
        yield Waits(HELD, f"{payee}: {hold.reason}", reverse("payout_runs"))
    for currency in currencies():
        for held in proposal(place, currency).held:
            if held.reason not in _PLAIN:
                said = Sentence("%(account)s: %(why)s", account=held.account, why=held.reason.value)
                yield Waits(HELD, said, reverse("payout_runs"), Money(currency, held.micro))
    for moved in Reassignment.objects.filter(decision=None).select_related("wrong", "right"):
        yield Waits(HELD, str(moved), reverse("payees"), moved.money)


def _passed_over() -> Iterator[Waits]:
    """Yield the corrections that a settlement has met and could not carry out."""
    last = Settlement.objects.order_by("-entry_id").first()
    if last is None:
        return
    for row in redoing.waiting():
        if row.entry_id < last.entry_id:
            said = Sentence(
                _("The correction of %(month)s waits: what it gives back has other terms now."),
                month=row.subject,
            )
            yield Waits(HELD, said, reverse("closing") + f"?period={row.subject}")


def _estimated(place: Place) -> Iterator[Waits]:
    """Yield the months whose real usage is in and is not settled in place of its estimate."""
    rows = standing_estimates()
    came = usage(place, [r.deployment for r in rows], [r.period for r in rows]) if rows else {}
    for row in rows:
        if (row.deployment, row.period) in came:
            said = Sentence(
                _("%(deployment)s is settled on an estimate for %(month)s; its usage waits."),
                deployment=row.deployment,
                month=row.period,
            )
            yield Waits(HELD, said, reverse("closing") + f"?period={row.period}")


def _returned() -> Iterator[Waits]:
    rows = Payout.objects.filter(steps__step__in=[Step.RETURNED, Step.VOID]).select_related("run")
    latest = dict[str, Payout]()
    for row in rows.prefetch_related("steps").order_by("run__number").distinct():
        latest[row.payee] = row
    for payee, row in sorted(latest.items()):
        again = Payout.objects.filter(payee=payee, run__number__gt=row.run.number)
        if not again.filter(run__currency=row.run.currency, steps__step=Step.BOOKED).exists():
            why = next((s.reason for s in row.steps.all() if s.step == row.standing), "")
            said = f"{payee}: {why or row.standing}"
            yield Waits(RETURNED, said, reverse("payout_run", args=[row.run.digest]), row.money)


def _unmatched() -> Iterator[Waits]:
    rows = BankMovement.objects.exclude(problem="").filter(note=None).order_by("on", "pk")
    for row in rows:
        money = Money(row.currency, row.micro)
        yield Waits(UNMATCHED, f"{row}: {row.problem}", reverse("payout_bank"), money)
    for over in Receipt.objects.filter(over_micro__gt=0).select_related("invoice__licensee"):
        said = Sentence(_("More came in for %(invoice)s than was open."), invoice=str(over.invoice))
        money = Money(over.invoice.currency, over.over_micro)
        yield Waits(UNMATCHED, said, reverse("invoice", args=[over.invoice.digest]), money)
