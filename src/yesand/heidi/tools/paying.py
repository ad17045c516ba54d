"""Payouts: how each stands, what the next run pays, and why somebody is not in it."""

from __future__ import annotations

from collections.abc import Iterator

from django.urls import reverse
from django.utils.translation import gettext as _

from yesand.heidi.reply import Link, Reply, Row
from yesand.heidi.slots import Slots
from yesand.heidi.tools.asker import Asker
from yesand.kernel.money import Money
from yesand.people.sight import visible
from yesand.royalties.models import Account, Payout, PayoutRun, PayoutStep
from yesand.royalties.paying.payees.services import currencies
from yesand.royalties.paying.phases import Step, micro_of
from yesand.royalties.paying.plan import Held, Plan, Reason
from yesand.royalties.paying.running.services import open_run, predicate, proposal

MOST = 6


def payouts(asker: Asker, _slots: Slots) -> Reply:
    """Tell those who see all how the runs stand; others their own payouts, and why not more."""
    if asker.sight.everything:
        return _runs(asker)
    mine = set(visible(Account, asker.sight).exclude(performer=None).values_list("name", flat=True))
    if not mine and asker.sight.performer is None:
        return Reply(_("Payouts go to performers and those whom they name; none is yours."))
    rows = (*_coming(asker, mine), *_made(asker))
    links = (Link(_("Your balance"), reverse("balance")),) if asker.sight.performer else ()
    if not rows:
        return Reply(_("Nothing has been paid to you yet, and nothing is owed now."), links=links)
    return Reply(
        _("So your payouts stand. A run is prepared by one person and approved by another."),
        rows=rows,
        links=(*links, Link(_("Payouts"), reverse("payouts"))),
    )


def _coming(asker: Asker, mine: set[str]) -> Iterator[Row]:
    """Yield what the next run of each currency pays of some accounts, or why it does not."""
    for currency in currencies() if mine else ():
        plan = proposal(asker.place, currency)
        for item in plan.items:
            if item.account in mine:
                money = Money(currency, micro_of(currency, item.minor))
                yield Row(_("The next run pays"), str(money), reverse("payouts"))
        for held in plan.held:
            if held.account in mine:
                yield _not_paid(currency, held, reverse("payouts"))


def _not_paid(currency: str, held: Held, address: str) -> Row:
    told = {"money": Money(currency, held.micro), "why": _(held.reason.value)}
    return Row(_("Not in the next run"), _("%(money)s: %(why)s") % told, address)


def _made(asker: Asker) -> Iterator[Row]:
    said: dict[str, str] = {
        Step.PENDING: _("%(money)s, on its way"),
        Step.BOOKED: _("%(money)s, paid on %(day)s"),
        Step.RETURNED: _("%(money)s, came back on %(day)s"),
        Step.VOID: _("%(money)s, not paid by the bank, and owed again"),
    }
    rows = visible(Payout, asker.sight).filter(run__decision__approved=True)
    found = rows.select_related("run").prefetch_related("steps").order_by("-run__at", "-pk")
    for row in found[:MOST]:
        steps = {step.step: step for step in row.steps.all()}
        standing = row.standing
        if standing in said and PayoutStep.LEFT not in steps:
            day = steps[standing].on
            told = said[standing] % {"money": row.money, "day": day}
            yield Row(_("Payout %(run)s") % {"run": row.run}, told, reverse("payouts"))


def _runs(asker: Asker) -> Reply:
    rows: list[Row] = []
    for currency in currencies():
        rows += _next(proposal(asker.place, currency), open_run(currency))
    latest = PayoutRun.objects.select_related("decision").order_by("-at", "-pk")
    rows += [_run(run) for run in latest[:MOST]]
    links = (
        Link(_("Payout runs"), reverse("payout_runs")),
        Link(_("What the bank tells"), reverse("payout_bank")),
    )
    if not rows:
        return Reply(_("Nothing is owed and no payout run was made yet."), links=links)
    text = _("What could be paid now, who is left out and why, and how the latest runs stand:")
    return Reply(text, rows=tuple(rows), links=links)


def _next(plan: Plan, waiting: PayoutRun | None) -> Iterator[Row]:
    address = reverse("payout_runs")
    if plan.items and waiting is None:
        told = {"money": plan.total, "n": len(plan.items)}
        yield Row(_("A run could pay now"), _("%(money)s to %(n)d") % told, address)
    left = [held for held in plan.held if held.reason is not Reason.BELOW]
    for held in left[:MOST]:
        told = {"money": Money(plan.currency, held.micro), "why": _(held.reason.value)}
        words = f" ({held.said})" if held.said else ""
        name = _("%(account)s is left out") % {"account": held.account}
        yield Row(name, _("%(money)s: %(why)s") % told + words, address)


def _run(run: PayoutRun) -> Row:
    told = predicate(run)
    money = Money(run.currency, micro_of(run.currency, told["total_minor"]))
    decision = getattr(run, "decision", None)
    said = _("waits for another person to approve it")
    if decision is not None:
        said = _("approved") if decision.approved else _("cancelled")
    told = {"money": money, "state": said}
    name = _("Run %(run)s") % {"run": run}
    return Row(name, _("%(money)s, %(state)s") % told, reverse("payout_run", args=[run.digest]))
