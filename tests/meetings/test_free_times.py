"""Free times against an oracle that knows nothing but minutes and the zone database."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from yesand.kernel.errors import BadInput, Refused
from yesand.meetings.availability import Person, free, refuse_unless_free
from yesand.meetings.hours import DAY, Hours, Special, Weekly, open_times

ZONES = (
    "Europe/Berlin",
    "Europe/London",
    "America/New_York",
    "America/St_Johns",  # half an hour off
    "America/Santiago",  # clocks change at midnight
    "Africa/Cairo",  # at midnight, too
    "Africa/Casablanca",  # by the moon
    "Australia/Lord_Howe",  # by half an hour
    "Pacific/Chatham",  # three quarters off
    "Asia/Kolkata",  # never
)
FROM, UNTIL = datetime(2026, 11, 25, tzinfo=UTC), datetime(2031, 11, 25, tzinfo=UTC)
MINUTE, HOUR = timedelta(minutes=1), timedelta(hours=1)


def changes(zone: str) -> list[datetime]:
    """Every hour of the next five years at which a zone's clocks change, found by looking."""
    there, found, at = ZoneInfo(zone), [], FROM
    while at < UNTIL:
        if at.astimezone(there).utcoffset() != (at + HOUR).astimezone(there).utcoffset():
            found.append(at)
        at += HOUR
    return found


def is_open(hours: Hours, at: datetime) -> bool:
    """The oracle: is the minute that a wall clock shows an open one?"""
    local = at.astimezone(ZoneInfo(hours.zone))
    minute = local.hour * 60 + local.minute
    special = [s for s in hours.special if s.day == local.date() and s.start <= minute < s.end]
    if any(not s.off for s in special):
        return True
    if special:
        return False
    return any(w.weekday == local.weekday() and w.start <= minute < w.end for w in hours.weekly)


def minutes(start: datetime, end: datetime) -> Iterator[datetime]:
    while start < end:
        yield start
        start += MINUTE


def compare(hours: Hours, start: datetime, end: datetime) -> None:
    spans = open_times(hours, start, end)
    assert spans == sorted(spans)
    ours = {at for a, b in spans for at in minutes(a, b)}
    assert ours == {at for at in minutes(start, end) if is_open(hours, at)}


DAILY = tuple(
    Weekly(day, start, end)
    for day in range(7)
    for start, end in ((0, 45), (90, 150), (165, 170), (23 * 60, DAY))
)


@pytest.mark.parametrize("zone", ZONES)
def test_hours_are_right_through_every_change_of_the_next_five_years(zone: str) -> None:
    found = changes(zone)
    assert len(found) == (0 if zone == "Asia/Kolkata" else 10)
    for change in found or [datetime(2027, 3, 28, tzinfo=UTC)]:
        compare(Hours(zone, DAILY), change - 14 * HOUR, change + 14 * HOUR)


spans = st.tuples(st.integers(0, DAY - 5), st.integers(5, DAY)).map(
    lambda s: (min(s), max(*s, min(s) + 5))
)
weekly = st.tuples(st.integers(0, 6), spans).map(lambda w: Weekly(w[0], *w[1]))
around = st.sampled_from([(zone, at) for zone in ZONES for at in (*changes(zone), FROM)])


@st.composite
def hours_near(draw: st.DrawFn, zone: str, at: datetime) -> Hours:
    days = st.sampled_from([at.date() + timedelta(days=n) for n in (-1, 0, 1)])
    special = st.tuples(days, st.booleans(), spans).map(lambda s: Special(s[0], s[1], *s[2]))
    return Hours(
        zone,
        tuple(draw(st.lists(weekly, max_size=8))),
        tuple(draw(st.lists(special, max_size=3))),
    )


@settings(max_examples=300)
@given(st.data())
def test_any_hours_are_right_around_any_change(data: st.DataObject) -> None:
    zone, at = data.draw(around)
    hours = data.draw(hours_near(zone, at))
    start = at + data.draw(st.integers(-24 * 60, 0)) * MINUTE
    compare(hours, start, start + 36 * HOUR)


fives = st.integers(0, 12).map(lambda n: n * 5 * MINUTE)


@st.composite
def persons(draw: st.DrawFn, at: datetime) -> Person:
    """Somebody whose clock is anywhere, near a change of some clock."""
    zone = draw(st.sampled_from(ZONES))
    taken = st.tuples(st.integers(-288, 288), st.integers(1, 24)).map(
        lambda s: (at + s[0] * 5 * MINUTE, at + (s[0] + s[1]) * 5 * MINUTE)
    )
    return Person(
        name="Alba",
        hours=draw(st.none() | hours_near(zone, at)),
        busy=tuple(draw(st.lists(taken, max_size=3))),
        before=draw(fives),
        after=draw(fives),
        notice=draw(st.integers(0, 30)) * HOUR,
        horizon=draw(st.integers(6, 80)) * HOUR,
    )


def can(person: Person, at: datetime, length: timedelta, now: datetime) -> bool:
    """The oracle: every minute of it open, and none taken, buffers included."""
    if not now + person.notice <= at <= now + person.horizon:
        return False
    whole = minutes(at, at + length)
    if person.hours is not None and not all(is_open(person.hours, m) for m in whole):
        return False
    low, high = at - person.before, at + length + person.after
    return not any(b < high and low < e for b, e in person.busy)


@settings(max_examples=200)
@given(st.data())
def test_what_is_free_is_free_for_everybody_and_nothing_else_is(data: st.DataObject) -> None:
    _, at = data.draw(around)
    people = data.draw(st.lists(persons(at), min_size=1, max_size=3))
    length = data.draw(st.integers(1, 36)) * 5 * MINUTE
    start, now = at - 12 * HOUR, at - data.draw(st.integers(0, 48)) * HOUR
    grid = [start + n * 15 * MINUTE for n in range(96)]
    wanted = [g for g in grid if g > now and all(can(p, g, length, now) for p in people)]
    found = [f for f in free(people, start, start + 24 * HOUR, length, now) if f > now]
    assert found == wanted
    for g in grid[::7]:
        if g in wanted:
            refuse_unless_free(people, g, length, now)
        else:
            with pytest.raises(Refused):
                refuse_unless_free(people, g, length, now)


def test_a_night_of_two_half_past_twos_has_an_hour_more() -> None:
    night = Hours("Europe/Berlin", (Weekly(6, 90, 210),))
    start = datetime(2026, 10, 24, 12, tzinfo=UTC)
    ((low, high),) = open_times(night, start, start + timedelta(days=1))
    assert high - low == 3 * HOUR
    person = Person("Alba", night)
    starts = free([person], start, start + timedelta(days=1), HOUR, start)
    assert len(starts) == 9 and starts[0] == low and starts[-1] == high - HOUR


def test_a_day_off_and_an_evening_besides() -> None:
    monday = date(2026, 11, 30)
    hours = Hours(
        "UTC",
        (Weekly(0, 540, 1020),),
        (Special(monday, True), Special(monday, False, 1080, 1140)),
    )
    assert hours.on(monday) == [(1080, 1140)]
    assert hours.on(monday + timedelta(days=7)) == [(540, 1020)]


@pytest.mark.parametrize(("at", "length"), [(3, 30), (5, 7), (5, 0)])
def test_meetings_lie_on_five_minutes(at: int, length: int) -> None:
    with pytest.raises(BadInput, match="five minutes"):
        refuse_unless_free([], FROM + at * MINUTE, length * MINUTE, FROM)
