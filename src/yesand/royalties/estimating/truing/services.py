"""Months settled on an estimate: real usage takes its place, as a correction of that month.

The estimate's row becomes the real quantity, so that the next settlement takes the estimated lines
back and states what should have been there: together they come to what settling by the real usage
would have come to.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby

from django.db import transaction
from django.db.models import QuerySet

from yesand.kernel.clock import Period
from yesand.kernel.errors import Refused
from yesand.kernel.place import Place
from yesand.royalties.attesting.services import standing
from yesand.royalties.estimating.stated import rows_of
from yesand.royalties.facts import UsageTotal
from yesand.royalties.instruments.models import Instrument
from yesand.royalties.instruments.services import read
from yesand.royalties.instruments.shapes import Correction
from yesand.royalties.models import Estimate, Settlement
from yesand.royalties.redoing.services import Months, correct, today
from yesand.royalties.totals import Total
from yesand.training.models import Deployment

WHY = "what was estimated is known by now"


@dataclass(frozen=True)
class TruedUp:
    """What of the usage that is due is left to be settled as such, and what waits.

    ``waiting`` is of months whose estimate cannot be taken back as things stand, with the reason:
    to settle it beside the estimate would pay it twice.
    """

    left: tuple[Total, ...]
    waiting: tuple[tuple[Total, str], ...] = ()


def true_up(place: Place, period: Period, totals: Sequence[Total]) -> TruedUp:
    """Enter a correction for every estimate whose month is known by now. Called in a transaction.

    A month is known when any usage of that deployment has come in, or its licensee attests to the
    end of the month that there was none.
    """
    left, waiting, months = list(totals), list[tuple[Total, str]](), Months()
    # All are read before the first is corrected.
    for estimate, rows in list(_standing(Estimate.objects.filter(period__lt=str(period)), months)):
        own = [
            t for t in left if (t.deployment, t.period) == (estimate.deployment, estimate.period)
        ]
        if not (own or _none_attested(estimate)):
            continue
        counted = {(r.unit, r.currency, r.realtime) for r in rows}
        taken = [t for t in own if (t.unit, t.currency, t.realtime) in counted]
        why = _corrected(place, estimate, rows, taken, months)
        left = [t for t in left if t not in (own if why else taken)]
        waiting += [(t, why) for t in own if why]
    return TruedUp(tuple(left), tuple(waiting))


def standing_estimates() -> list[Estimate]:
    """Return the estimates that months are settled on and nothing has put right yet."""
    return [estimate for estimate, _ in _standing(Estimate.objects.all(), Months())]


def _standing(
    estimates: QuerySet[Estimate], months: Months
) -> Iterator[tuple[Estimate, list[UsageTotal]]]:
    """Yield the estimates that nothing has put right yet, with the rows that rest on them."""
    every = estimates.order_by("period", "entry_id")
    for month, of_month in groupby(every, lambda estimate: str(estimate.period)):
        closed = _put_right(month)
        left = [estimate for estimate in of_month if estimate.digest not in closed]
        if left and Settlement.objects.filter(period=month).exists():
            _, settled = months.of(month)
            found = ((estimate, rows_of(settled, estimate.digest)) for estimate in left)
            yield from ((estimate, rows) for estimate, rows in found if rows)


def _put_right(month: str) -> set[str | None]:
    """Return the estimates that real usage has taken the place of.

    A correction by hand leaves its estimate standing: it is somebody's better guess, and usage that
    comes in after it would be settled beside it, as late.
    """
    rows = Instrument.objects.filter(kind="correction", subject=month)
    return {told.estimate for row in rows if isinstance(told := read(row), Correction)}


def _none_attested(estimate: Estimate) -> bool:
    deployment = Deployment.objects.select_related("licensee").get(name=estimate.deployment)
    period = Period.parse(estimate.period)
    attested = standing(deployment.licensee, period)
    if attested is None or attested.until < period.end:
        return False
    named = (t for t in attested.totals if t["deployment"] == estimate.deployment)
    return not any(total["quantity"] for total in named)


def _corrected(
    place: Place,
    estimate: Estimate,
    rows: Iterable[UsageTotal],
    taken: Sequence[Total],
    months: Months,
) -> str:
    """Enter a correction for each row, all or none; return why none could be, or nothing."""
    actual = {(t.unit, t.currency, t.realtime): t.quantity for t in taken}
    try:
        with transaction.atomic():
            for row in rows:
                correction = Correction(
                    month=estimate.period,
                    effective=today(place),
                    why=WHY,
                    deployment=row.deployment,
                    unit=row.unit,
                    currency=row.currency,
                    realtime=row.realtime,
                    usage_period=row.usage_period,
                    quantity=actual.get((row.unit, row.currency, row.realtime), 0),
                    estimate=estimate.digest,
                )
                correct(place, correction, months)
    except Refused as fault:
        return fault.sentence()
    return ""
