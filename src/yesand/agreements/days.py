"""The days of an agreement: when each begins and ends, in the time zone that the terms name.

A day has 23 hours where summer time begins and 25 where it ends, and some midnights do not exist
(Santiago) or come twice (Havana). Here a day begins at the first instant that bears its date, and
ends where the next one begins: every instant lies in exactly one day.
"""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from functools import cache
from zoneinfo import ZoneInfo, available_timezones

_DAY = 86_400_000_000
_ONE = timedelta(microseconds=1)
#: 1 January of the year 1, midnight in UTC: instants are counted in microseconds from there.
_BEGINNING = datetime.min.replace(tzinfo=UTC)


@cache
def zones() -> frozenset[str]:
    """Return the names of the IANA time zones."""
    return frozenset(available_timezones()) - {"Factory", "localtime", "posixrules"}


@cache
def _zone(name: str) -> ZoneInfo:
    return ZoneInfo(name)


def day_of(moment: datetime, zone: str = "UTC") -> date:
    """Return the day that a moment lies in there.

    >>> day_of(datetime(2026, 10, 24, 22, 30, tzinfo=UTC), "Europe/Berlin")
    datetime.date(2026, 10, 25)
    """
    try:
        return moment.astimezone(_zone(zone)).date()
    except OverflowError:  # at either end of the calendar
        return date.min if moment.year < 5000 else date.max


def instant_of(moment: datetime) -> int:
    """Return a moment as microseconds since the calendar began, in UTC; it cannot overflow."""
    offset = moment.utcoffset() or timedelta(0)
    return (moment.replace(tzinfo=UTC) - _BEGINNING - offset) // _ONE


def first_instant(day: date, zone: str = "UTC") -> int:
    """Return when a day begins there, as ``instant_of`` counts."""
    # Of a midnight that is skipped, `fold=0` takes the offset before: that is the skip's instant.
    # Of one that comes twice, it is the first.
    offset = datetime.combine(day, time.min, _zone(zone)).utcoffset() or timedelta(0)
    return (day.toordinal() - 1) * _DAY - offset // _ONE


def end_instant(day: date, zone: str = "UTC") -> int:
    """Return when a day is over there: the first instant that is no longer its own."""
    if day == date.max:
        return day.toordinal() * _DAY
    return first_instant(day + timedelta(days=1), zone)


def first_moment(day: date, zone: str = "UTC") -> datetime:
    """Return when a day begins there, in UTC."""
    return _moment(first_instant(day, zone))


def last_moment(day: date, zone: str = "UTC") -> datetime:
    """Return the last moment of a day there, to the microsecond, in UTC.

    >>> last_moment(date(2026, 10, 25), "Europe/Berlin").isoformat()  # summer time ends
    '2026-10-25T22:59:59.999999+00:00'
    """
    return _moment(end_instant(day, zone) - 1)


def last_whole_day(day: date, zone: str) -> date:
    """Return the last day in UTC that is over no later than a day there.

    >>> last_whole_day(date(2026, 10, 1), "Asia/Tokyo"), last_whole_day(date(2026, 10, 1), "UTC")
    (datetime.date(2026, 9, 30), datetime.date(2026, 10, 1))
    """
    return (_moment(end_instant(day, zone)) - timedelta(days=1)).date() if day < date.max else day


def _moment(instant: int) -> datetime:
    last = instant_of(datetime.max.replace(tzinfo=UTC))
    return _BEGINNING + timedelta(microseconds=min(max(instant, 0), last))
