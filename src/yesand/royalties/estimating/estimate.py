"""Estimating the usage of a month in which a deployment served and nothing came in.

The estimate is the median of what it was used a day in the last three months that are known, times
the days of the month in which it served. A median of three is not moved by one odd month. When the
real usage comes, the estimate is reversed whole and the real one takes its place.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from fractions import Fraction
from statistics import median

from yesand.kernel.clock import Period

#: How many known months are looked at, and how far back.
MONTHS, BACK = 3, 12
_DAY = timedelta(days=1)
METHOD = "median of daily use in the last three months known"


@dataclass(frozen=True, order=True)
class What:
    """What is counted."""

    unit: str
    currency: str = ""
    realtime: bool = False


@dataclass(frozen=True)
class Known:
    """A month whose usage is known: how much of what, in how many days of service."""

    period: str
    days: Fraction
    used: Mapping[What, int]


@dataclass(frozen=True)
class TrueUp:
    """What becomes of an estimate: it is reversed, and the real usage takes its place."""

    what: What
    reversed: int
    actual: int

    @property
    def difference(self) -> int:
        """How much more was really used; below nought: less."""
        return self.actual - self.reversed


def days_in(period: Period, since: datetime, until: datetime | None) -> Fraction:
    """Return for how many days of a month something was in service.

    >>> from datetime import UTC
    >>> days_in(Period(2026, 9), datetime(2026, 9, 16, 12, tzinfo=UTC), None)
    Fraction(29, 2)
    """
    first = max(period.start, since)
    last = min(period.end, until) if until else period.end
    span = max(timedelta(0), last - first)
    return Fraction(span // timedelta(microseconds=1), _DAY // timedelta(microseconds=1))


def estimated(known: Sequence[Known], days: Fraction) -> dict[What, int]:
    """Return what a month of so many days of service probably was.

    Parameters
    ----------
    known : months of this deployment whose usage is known, the latest first; one of them is the
        least, and more than three say nothing more.
    """
    looked = [month for month in known if month.days > 0][:MONTHS]
    found = {}
    for what in sorted({what for month in looked for what in month.used}):
        a_day = [Fraction(month.used.get(what, 0)) / month.days for month in looked]
        quantity = round(Fraction(median(a_day)) * days)  # a half to the even neighbour
        if quantity:
            found[what] = quantity
    return found


def true_up(estimate: Mapping[What, int], actual: Mapping[What, int]) -> list[TrueUp]:
    """Return how an estimate gives way to what was really used, by what is counted."""
    names = sorted({*estimate, *actual})
    return [TrueUp(what, estimate.get(what, 0), actual.get(what, 0)) for what in names]
