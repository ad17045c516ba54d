"""How a duty stands: to be done in so many days, overdue, or done."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime
from enum import StrEnum


class State(StrEnum):
    """How a duty stands."""

    OPEN = "open"
    OVERDUE = "overdue"
    DONE = "done"
    GOES_ON = "goes on"  # as long as its cause: it has no date


@dataclass(frozen=True)
class Countdown:
    """A duty's state, and how many days there are until its date (or since it, once overdue)."""

    state: State
    days: int = 0

    @classmethod
    def of(cls, due: datetime | None, now: datetime, *, done: bool) -> Countdown:
        """Count from now. Days are whole days in UTC, as agreements count them.

        >>> from datetime import UTC, datetime
        >>> due = datetime(2026, 10, 31, 12, tzinfo=UTC)
        >>> Countdown.of(due, datetime(2026, 10, 1, 18, tzinfo=UTC), done=False).days
        30
        """
        if done:
            return cls(State.DONE)
        if due is None:
            return cls(State.GOES_ON)
        between = abs((_day(due) - _day(now)).days)
        return cls(State.OVERDUE if due < now else State.OPEN, between)


def _day(moment: datetime) -> date:
    return moment.astimezone(UTC).date()
