"""Time: always UTC, always with a zone, always from a clock that a test can set."""

from __future__ import annotations

import os
import re
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from yesand.kernel.errors import BadInput

_PERIOD = re.compile(r"([1-9][0-9]{3})-(0[1-9]|1[0-2])\Z")
#: RFC 3339 §5.6, the seconds optional; Python's own parser takes much more than that.
_DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
_TIME = re.compile(r"[Tt ][0-9]{2}:[0-9]{2}(:[0-9]{2}(\.[0-9]+)?)?")
_ZONE = re.compile(r"([Zz]|[+-][0-9]{2}:[0-9]{2})\Z")


class Clock:
    """The real time. ``YESAND_NOW`` (RFC 3339) shifts it, for rehearsals and tests."""

    def now(self) -> datetime:
        """Return the present moment in UTC."""
        told = os.environ.get("YESAND_NOW")
        return instant(told, where="YESAND_NOW") if told else datetime.now(UTC)


@dataclass
class SetClock(Clock):
    """A clock that stands still until it is moved."""

    at: datetime

    def now(self) -> datetime:
        """Return the moment that the clock was set to."""
        return self.at

    def advance(self, **delta: float) -> None:
        """Move on by a ``timedelta`` given by its keywords."""
        self.at += timedelta(**delta)


def instant(text: str, *, where: str = "time") -> datetime:
    """Read an RFC 3339 time with a zone; a date alone is midnight UTC.

    Raises
    ------
    BadInput : not a time, or a time of day without a zone.
    """
    day = _DAY.match(text)
    time = _TIME.match(text, day.end()) if day else None
    if day and day.end() == len(text):
        text += "T00:00:00Z"
    elif time and time.end() == len(text):
        raise BadInput(f"{text!r} has no zone", where=where, remedy="Add Z or an offset.")
    elif not time or not _ZONE.match(text, time.end()):
        raise BadInput(f"{text[:80]!r} is not a time", where=where, remedy=_EXAMPLE)
    try:
        return datetime.fromisoformat(text.upper()).astimezone(UTC)
    except (ValueError, OverflowError) as fault:
        raise BadInput(f"{text[:80]!r} is not a time", where=where, remedy=_EXAMPLE) from fault


_EXAMPLE = "Write it as 2026-10-01T12:00:00Z."


def stamp(moment: datetime) -> str:
    """Write a moment as RFC 3339 in UTC, to the microsecond only where there are any."""
    if moment.tzinfo is None:
        raise BadInput("A moment without a zone", where=repr(moment))
    return moment.astimezone(UTC).isoformat().replace("+00:00", "Z")


@dataclass(frozen=True, order=True)
class Period:
    """A calendar month in UTC: the unit of settlement."""

    year: int
    month: int

    @classmethod
    def parse(cls, text: str) -> Period:
        """Read ``2026-10``."""
        found = _PERIOD.match(text)
        # The month after the last one that can be named must still be a date.
        if not found or found[1] == "9999":
            raise BadInput(f"{text[:80]!r} is not a month", remedy="Write it as 2026-10.")
        return cls(int(found[1]), int(found[2]))

    @classmethod
    def of(cls, moment: datetime) -> Period:
        """Return the month that a moment lies in."""
        at = moment.astimezone(UTC)
        return cls(at.year, at.month)

    @property
    def start(self) -> datetime:
        """The first moment of the month."""
        return datetime(self.year, self.month, 1, tzinfo=UTC)

    @property
    def end(self) -> datetime:
        """The first moment after the month."""
        return self.next().start

    def next(self) -> Period:
        """Return the month after."""
        return Period(self.year + self.month // 12, self.month % 12 + 1)

    def previous(self) -> Period:
        """Return the month before."""
        return Period.of(self.start - timedelta(days=1))

    def __str__(self) -> str:
        """Write it as ``2026-10``."""
        return f"{self.year:04d}-{self.month:02d}"
