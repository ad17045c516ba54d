"""What to see to before a month is settled, each with where to mend it; and settling it."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from time import monotonic

from django.db import transaction
from django.db.models import Sum

from yesand.corpus.models import ManifestPerformer
from yesand.kernel import durable
from yesand.kernel.clock import Period
from yesand.kernel.errors import Refused, YesAndError
from yesand.kernel.place import Place
from yesand.kernel.progress import Progress, silent
from yesand.kernel.wording import Sentence
from yesand.kernel.wording import marked as _
from yesand.people.models import Organisation, Performer, User
from yesand.reliance.models import Report
from yesand.royalties.claiming.services import waiting as in_escrow
from yesand.royalties.closing.checks import Check, Standing, found, may_settle
from yesand.royalties.closing.tasks import close_month
from yesand.royalties.gathering.services import services, trial
from yesand.royalties.invoicing import tax
from yesand.royalties.invoicing.billing.services import current, party, rates
from yesand.royalties.invoicing.services import issue
from yesand.royalties.ledger import performer_account
from yesand.royalties.models import Closing, ClosingEnd, RaterPay, Settlement, UsageBatch
from yesand.royalties.paying.banking.services import currents
from yesand.royalties.paying.payees.services import paid_through
from yesand.royalties.raters.services import pay_raters, unpaid
from yesand.royalties.reconciling.recomputing.services import recompute
from yesand.royalties.settling.services import settle

#: How often progress is written down, in seconds.
_EVERY = 0.5


def checked(place: Place, period: Period) -> list[Check]:
    """Look at everything that bears on settling a month; nothing is changed."""
    return [check(place, period) for check in CHECKS]


def start(place: Place, period: Period, what: str, by: User) -> Closing:
    """Have the worker settle a month and bill it, or compute it again.

    Raises
    ------
    Refused : something is in the way of settling it, or nothing was settled to compute again.
    """
    if what in Closing.SETTLING:
        stops = [c for c in checked(place, period) if c.standing is Standing.STOP]
        if stops:
            raise Refused(str(stops[0].said), where=str(period))
    elif not Settlement.objects.filter(period=str(period)).exists():
        raise Refused(f"{period} is not settled", remedy=f"Settle it: yesand settle {period}")
    with transaction.atomic():
        at = place.clock.now()
        made = Closing.objects.create(what=what, period=str(period), by=by, at=at)
        close_month.enqueue(made.pk)
    return made


def carry_out(place: Place, number: int) -> str:
    """Do what was asked, and keep what came of it; done before, it is not done again."""
    closing = Closing.objects.get(pk=number)
    known = ClosingEnd.objects.filter(closing=closing).first()
    if known is not None:
        return known.said
    period, progress = Period.parse(closing.period), _written(place, closing)
    try:
        held = True
        if closing.what in Closing.SETTLING:
            said = close(place, period, progress, closing.what == Closing.ESTIMATED)
        else:
            said = recompute(place, period, progress)
    except YesAndError as fault:
        held, said = False, fault.sentence()
    ClosingEnd.objects.create(closing=closing, held=held, said=said, at=place.clock.now())
    return said


def close(
    place: Place, period: Period, progress: Progress = silent, on_estimates: bool = False
) -> str:
    """Settle a month, bill it and pay its raters; all exactly once, however often it is done."""
    made = settle(place, period, progress, on_estimates)
    billed = [] if made.trial else issue(place, period)
    pay_raters(place, period)
    raters = RaterPay.objects.filter(period=str(period)).values("rater").distinct().count()
    told = f", {raters:,} raters paid" if raters else ""
    return f"{period}: {made.statements.count():,} statements, {len(billed):,} invoices{told}"


def progress_of(place: Place, closing: Closing) -> tuple[int, int, str]:
    """Return how far it is: done, of how many (none: not known), and at what."""
    try:
        told = json.loads(_file(place, closing).read_text("utf-8"))
        return int(told["done"]), int(told["total"]), str(told["note"])
    except (OSError, ValueError, KeyError):
        return 0, 0, ""


def _written(place: Place, closing: Closing) -> Progress:
    last = [0.0]

    def news(done: int, total: int, note: str = "") -> None:
        if monotonic() - last[0] >= _EVERY:
            last[0] = monotonic()
            told = json.dumps({"done": done, "total": total, "note": note}).encode()
            durable.write(_file(place, closing), told)

    return news


def _file(place: Place, closing: Closing) -> Path:
    return place.cache / "closing" / f"{closing.pk}.json"


def _over(place: Place, period: Period) -> Check:
    name = _("The month is over and open")
    if Settlement.objects.filter(period=str(period)).exists():
        return Check(name, Standing.GOOD, _("It is settled."), "statements")
    if place.clock.now() < period.end:
        said = Sentence(_("It can be settled from %(day)s on."), day=period.end.date())
        return Check(name, Standing.STOP, said)
    later = Settlement.objects.filter(period__gt=str(period)).order_by("period").first()
    if later is not None:
        said = Sentence(_("%(month)s is settled already, and with it this."), month=later.period)
        return Check(name, Standing.STOP, said, "statements")
    return Check(name, Standing.GOOD, _("It can be settled."))


def _usage(place: Place, period: Period) -> Check:
    from yesand.royalties.attesting.services import metered

    name = _("Usage is in from every deployment")
    serving = [s.deployment for s in services([str(period)])]
    silent_ones = sorted({*serving} - {key.deployment for key in metered(place, period, serving)})
    good = Sentence(_("%(n)s in service, each with usage."), n=len(serving))
    look = Sentence(_("No usage of: %(names)s."), names=", ".join(silent_ones[:10]))
    return found(name, len(silent_ones), good, look, "usage")


def _attested(place: Place, period: Period) -> Check:
    from yesand.royalties.attesting.missing.services import Lack, month

    name = _("Usage is attested")
    if place.clock.now() < period.end:
        return Check(name, Standing.GOOD, _("Asked for once the month is over."))
    told = month(place, period)
    lacking = [row.deployment for row in told.missing if row.what is not Lack.USAGE]
    apart = [d.key.deployment for _row, differences in told.attested for d in differences]
    names = sorted({*lacking, *apart})
    good = _("Every licensee has attested its usage, as it was metered.")
    look = Sentence(_("Not attested, or not as metered: %(names)s."), names=", ".join(names[:10]))
    return found(name, len(names), good, look, "attested")


def _reports(place: Place, period: Period) -> Check:
    name = _("Reports set the shares")
    models = {s.model for s in services([str(period)])}
    told = set(Report.objects.filter(sets_shares=True).values_list("model", flat=True))
    lacking = sorted(models - told)
    look = Sentence(
        _("The terms’ fallback shares %(n)s models: %(names)s."),
        n=len(lacking),
        names=", ".join(each[:12] for each in lacking[:5]),
    )
    return found(name, len(lacking), _("Every model in service has one."), look, "reports")


def _escrow(place: Place, period: Period) -> Check:
    rows = [row for row in in_escrow(place) if row.period <= str(period)]
    events = sum(row.events for row in rows)
    look = Sentence(_("%(n)s events wait: they are settled late, once claimed."), n=events)
    return found(_("Nothing waits in escrow"), events, _("No usage waits."), look, "claims")


def _quarantine(place: Place, period: Period) -> Check:
    number = UsageBatch.objects.aggregate(sum=Sum("quarantined", default=0))["sum"]
    look = Sentence(_("%(n)s events contradict earlier ones and do not count."), n=number)
    good = _("No event contradicts another.")
    return found(_("Nothing is in quarantine"), number, good, look, "usage")


def _banks(place: Place, period: Period) -> Check:
    manifests = {s.model for s in services([str(period)])}
    rows = ManifestPerformer.objects.filter(manifest__models__in=manifests)
    who = Performer.objects.filter(pk__in=rows.values("performer"))
    known, through = currents(), paid_through(place)
    accounts = {p.handle: performer_account(p.handle) for p in who.order_by("handle")}
    lacking = [name for name, own in accounts.items() if through.get(own, own) not in known]
    look = Sentence(
        _("%(n)s have given none, and are not paid before: %(names)s."),
        n=len(lacking),
        names=", ".join(lacking[:10]),
    )
    good = _("Everybody in a model in service has given theirs.")
    return found(_("Bank details"), len(lacking), good, look, "payout_runs")


def _taxes(place: Place, period: Period) -> Check:
    name = _("Invoices can be taxed")
    if trial():
        return Check(name, Standing.GOOD, _("Under trial terms nobody is billed."))
    seller, day = party(None, place.name), period.end.date() - timedelta(days=1)
    slugs = {s.licensee for s in services([str(period)])}
    buyers = Organisation.objects.filter(slug__in=slugs).order_by("slug")
    unnamed = [each.slug for each in buyers if current(each) is None]
    for each in buyers:
        buyer = party(each, each.name)
        how = tax.treatment(seller.country, buyer.country, buyer.vat_id)
        if how is tax.Treatment.DOMESTIC:
            try:
                tax.rate_on(rates(), seller.country, day)
            except Refused as fault:
                return Check(name, Standing.LOOK, fault.what, "billing_details", ("house",))
    if not seller.country:
        said = _("The house has not said who it is on invoices: they state no tax.")
        return Check(name, Standing.LOOK, said, "billing_details", ("house",))
    look = Sentence(_("Not named on invoices yet: %(names)s."), names=", ".join(unnamed))
    return found(name, len(unnamed), _("Every licensee is named."), look, "invoices")


def _raters(place: Place, period: Period) -> Check:
    name = _("Ratings are paid")
    priced, without = unpaid(period)
    if without:
        look = Sentence(
            _("%(n)s ratings were given before there was a rate: they are not paid."), n=without
        )
        return Check(name, Standing.LOOK, look, "rater_rates")
    if priced:
        return Check(name, Standing.GOOD, Sentence(_("%(n)s are paid with this month."), n=priced))
    return Check(name, Standing.GOOD, _("No rating waits to be paid."))


#: What is looked at, in this order.
CHECKS: list[Callable[[Place, Period], Check]] = [
    _over,
    _usage,
    _attested,
    _reports,
    _escrow,
    _quarantine,
    _banks,
    _taxes,
    _raters,
]

__all__ = ["CHECKS", "carry_out", "checked", "close", "may_settle", "progress_of", "start"]
