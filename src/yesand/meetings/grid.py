"""The days of a month or of a week, as rows of seven from Monday on."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date, timedelta

from yesand.kernel.errors import BadInput

_MONTH = re.compile(r"([1-9][0-9]{3})-(0[1-9]|1[0-2])\Z")
_WEEK = re.compile(r"([1-9][0-9]{3})-W(0[1-9]|[1-4][0-9]|5[0-3])\Z")


@dataclass(frozen=True)
class Leaf:
    """One leaf of the calendar.

    Attributes
    ----------
    first, last : its own days; the rows are filled up with the days around them.
    before, after : the names of the leaves beside it.
    """

    name: str
    first: date
    last: date
    before: str
    after: str

    @property
    def rows(self) -> list[list[date]]:
        """Return its days in rows of seven."""
        start = self.first - timedelta(days=self.first.weekday())
        weeks = (self.last - start).days // 7 + 1
        return [[start + timedelta(days=7 * w + d) for d in range(7)] for w in range(weeks)]


def month(text: str) -> Leaf:
    """Return the leaf of a month, named as ``2026-10``.

    Raises
    ------
    BadInput : not a month.
    """
    found = _MONTH.match(text)
    if not found or int(found[1]) > 9998:
        raise BadInput(f"{text[:40]!r} is not a month", remedy="Write it as 2026-10.")
    first = date(int(found[1]), int(found[2]), 1)
    following = (first + timedelta(days=31)).replace(day=1)
    before = first - timedelta(days=1)
    return Leaf(text, first, following - timedelta(days=1), f"{before:%Y-%m}", f"{following:%Y-%m}")


def week(text: str) -> Leaf:
    """Return the leaf of an ISO week, named as ``2026-W43``.

    Raises
    ------
    BadInput : not a week.
    """
    found = _WEEK.match(text)
    try:
        if not found or int(found[1]) > 9998:
            raise ValueError
        first = date.fromisocalendar(int(found[1]), int(found[2]), 1)
    except ValueError:
        raise BadInput(f"{text[:40]!r} is not a week", remedy="Write it as 2026-W43.") from None
    away = timedelta(days=7)
    return Leaf(
        text, first, first + timedelta(days=6), week_of(first - away), week_of(first + away)
    )


def month_of(day: date) -> str:
    """Return the name of the month that a day lies in."""
    return f"{day:%Y-%m}"


def week_of(day: date) -> str:
    """Return the name of the ISO week that a day lies in."""
    year, number, _ = day.isocalendar()
    return f"{year:04d}-W{number:02d}"
