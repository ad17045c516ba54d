"""What waits: a new statement, bank details, a run to approve, what the bank told."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

from django.urls import reverse
from django.utils.translation import gettext

from yesand.people.frame import PRODUCER, Waiting
from yesand.people.models import Performer
from yesand.people.sight import Request
from yesand.royalties.disputing.dispute import State
from yesand.royalties.earned.services import kept
from yesand.royalties.gathering.services import trial
from yesand.royalties.models import BankMovement, Dispute, PayoutRun, Reassignment, Statement
from yesand.royalties.paying.banking.services import current, payee_of

#: How long a statement counts as new.
NEW = timedelta(days=14)


def waiting(request: Request) -> Iterator[Waiting]:
    """Yield what a performer, and what a producer, may want to see to."""
    if request.sight.performer is not None:
        yield from _statements(request, request.sight.performer)
        yield from _bank_details(request, request.sight.performer)
        yield from _answers(request.sight.performer)
    if PRODUCER in request.sight.roles:
        yield from _runs(request)
        yield from _movements()
        yield from _disputes(request)
        yield from _payees(request)


def _statements(request: Request, performer: Performer) -> Iterator[Waiting]:
    rows = Statement.objects.filter(
        performer=performer, settlement__at__gt=request.place.clock.now() - NEW
    )
    for row in rows.select_related("settlement"):
        what = gettext("Read your statement for %(month)s") % {"month": row.settlement.period}
        yield Waiting(what, reverse("statement", args=[row.digest]), row.settlement.at)


def _bank_details(request: Request, performer: Performer) -> Iterator[Waiting]:
    """Yield that money waits for somewhere to go."""
    latest = Statement.objects.filter(performer=performer).order_by("settlement__at").first()
    if latest is None or current(payee_of(performer)) or trial():
        return
    if any(account.payable.micro > 0 for account in kept(performer)):
        what = gettext("Say where you are paid: money waits for your bank details")
        yield Waiting(what, reverse("bank_account"), latest.settlement.at)


def _runs(request: Request) -> Iterator[Waiting]:
    """Yield the runs that another producer prepared."""
    rows = PayoutRun.objects.filter(decision=None).exclude(prepared_by=request.user.pk)
    for run in rows.order_by("at"):
        what = gettext("Approve or cancel payout run %(run)s") % {"run": run}
        yield Waiting(what, reverse("payout_run", args=[run.digest]), run.at, urgent=True)


def _movements() -> Iterator[Waiting]:
    """Yield that the bank told of something that fits no payout."""
    rows = BankMovement.objects.exclude(problem="").filter(note=None).select_related("file")
    first = rows.order_by("file__at").first()
    if first is not None:
        what = gettext("The bank told of something that fits no payout")
        yield Waiting(what, reverse("payout_bank"), first.file.at)


def _disputes(request: Request) -> Iterator[Waiting]:
    """Yield the disputes in which the producer has to speak."""
    now = request.place.clock.now()
    for row in Dispute.objects.select_related("performer").prefetch_related("words"):
        if row.holding:
            what = gettext("Decide what %(who)s disputes") % {"who": row.performer}
            late = row.overdue(now)
            yield Waiting(what, reverse("dispute", args=[row.digest]), row.last.at, urgent=late)


def _answers(performer: Performer) -> Iterator[Waiting]:
    """Yield the disputes of theirs that were answered."""
    for row in Dispute.objects.filter(performer=performer).prefetch_related("words"):
        if row.state is State.ANSWERED:
            what = gettext("Read the answer in your dispute")
            yield Waiting(what, reverse("dispute", args=[row.digest]), row.last.at)


def _payees(request: Request) -> Iterator[Waiting]:
    """Yield the corrected payees that another producer proposed."""
    rows = Reassignment.objects.filter(decision=None).exclude(prepared_by=request.user.pk)
    for row in rows.select_related("wrong", "right").order_by("at"):
        what = gettext("Approve or turn down a corrected payee")
        yield Waiting(what, reverse("payees"), row.at, urgent=True)
