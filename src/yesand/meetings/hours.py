"""When a person can be met: hours of the week on their own wall clock, and days that differ."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from yesand.meetings.spans import Span, union
from yesand.meetings.wall import offsets, zone_of

#: Minutes of a day on the wall clock; a day of 23 or 25 hours shows these all the same.
DAY = 24 * 60
#: From–until in minutes since midnight.
Minutes = tuple[int, int]


@dataclass(frozen=True)
class Weekly:
    """Open every week on that day (Monday is 0), from–until in minutes since midnight."""

    weekday: int
    start: int
    end: int


@dataclass(frozen=True)
class Special:
    """A day that differs: closed (``off``), or open besides, for all of it or a part."""

    day: date
    off: bool
    start: int = 0
    end: int = DAY


@dataclass(frozen=True)
class Hours:
    """A person's week and the days that differ, on the wall clock of their zone."""

    zone: str
    weekly: tuple[Weekly, ...] = ()
    special: tuple[Special, ...] = ()

    def on(self, day: date) -> list[Minutes]:
        """Return when it is open on a day: the week's hours, less what is off, and the extra."""
        marks = [False] * DAY
        for rule in self.weekly:
            if rule.weekday == day.weekday():
                marks[rule.start : rule.end] = [True] * (rule.end - rule.start)
        for off in (True, False):
            for one in self.special:
                if one.day == day and one.off == off:
                    marks[one.start : one.end] = [not off] * (one.end - one.start)
        return _runs(marks)


def _runs(marks: list[bool]) -> list[Minutes]:
    edges = [i for i in range(DAY + 1) if (i > 0 and marks[i - 1]) != (i < DAY and marks[i])]
    return list(zip(edges[::2], edges[1::2], strict=True))


def open_times(hours: Hours, start: datetime, end: datetime) -> list[Span]:
    """Return the moments (UTC) between two at which a person's wall clock shows an open minute.

    A minute that clocks skip is never there, and one that they show twice is open twice: 01:30 to
    03:30 in Berlin lasts three hours on 25 October 2026.
    """
    found: list[Span] = []
    for low, high, offset in offsets(zone_of(hours.zone), start, end):
        first, last = (edge.replace(tzinfo=None) + offset for edge in (low, high))
        for ago in range((last.date() - first.date()).days + 1):
            midnight = datetime.combine(first.date() + timedelta(days=ago), time())
            for opens, closes in hours.on(midnight.date()):
                here = midnight + timedelta(minutes=opens), midnight + timedelta(minutes=closes)
                found.append(
                    (
                        (max(here[0], first) - offset).replace(tzinfo=start.tzinfo),
                        (min(here[1], last) - offset).replace(tzinfo=start.tzinfo),
                    )
                )
    return union(found)
