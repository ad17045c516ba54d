from __future__ import annotations

import itertools
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from yesand.kernel.errors import BadInput
from yesand.meetings.wall import FIRST, SECOND, moment, moments, offsets, which, zone_of


def wall(text: str) -> datetime:
    """A time as a clock on the wall shows it: of no zone."""
    return datetime.fromisoformat(text)


BERLIN = zone_of("Europe/Berlin")
FIVE_YEARS = st.datetimes(wall("2026-01-01"), wall("2031-12-31"), timezones=st.just(UTC))
ZONES = st.sampled_from(
    "Europe/Berlin America/New_York America/St_Johns Australia/Lord_Howe Pacific/Chatham "
    "America/Santiago Africa/Casablanca Africa/Cairo Asia/Kolkata Australia/Sydney".split()
)


def test_a_time_in_the_gap_is_refused_and_told_what_is_around_it() -> None:
    with pytest.raises(BadInput) as refused:
        moment(wall("2026-03-29 02:30"), BERLIN)
    assert "There is no 02:30 on 29 March 2026 in Europe/Berlin" in refused.value.what
    assert refused.value.remedy == "Take 01:30 or 03:30."


def test_a_time_that_is_shown_twice_must_say_which() -> None:
    shown = wall("2026-10-25 02:30")
    with pytest.raises(BadInput, match="two 02:30 on 25 October 2026"):
        moment(shown, BERLIN)
    first, second = moment(shown, BERLIN, FIRST), moment(shown, BERLIN, SECOND)
    assert (first.hour, second.hour) == (0, 1)
    assert which(first, BERLIN) == FIRST and which(second, BERLIN) == SECOND


def test_berlin_from_half_past_one_to_half_past_three_is_three_hours() -> None:
    start = moment(wall("2026-10-25 01:30"), BERLIN)
    end = moment(wall("2026-10-25 03:30"), BERLIN)
    assert end - start == timedelta(hours=3)


def test_which_is_asked_of_no_other_time() -> None:
    assert which(moment(wall("2026-10-25 12:00"), BERLIN), BERLIN) is None


@given(at=FIVE_YEARS, name=ZONES)
def test_every_moment_is_among_those_that_its_wall_time_means(at: datetime, name: str) -> None:
    zone = zone_of(name)
    assert at in moments(at.astimezone(zone).replace(tzinfo=None), zone)


@given(at=FIVE_YEARS, name=ZONES, days=st.integers(1, 200))
def test_stretches_of_one_offset_cover_the_time_between(at: datetime, name: str, days: int) -> None:
    zone, end = zone_of(name), at + timedelta(days=days)
    found = offsets(zone, at, end)
    assert found[0][0] == at and found[-1][1] == end
    for (_, until, before), (since, _, after) in itertools.pairwise(found):
        assert until == since and before != after
    for start, until, offset in found:
        for inside in (start, start + (until - start) / 2, until - timedelta(microseconds=1)):
            assert inside.astimezone(zone).utcoffset() == offset


@pytest.mark.parametrize("name", ["", "Mars/Olympus", "../etc/passwd", "europe", "Europe"])
def test_what_is_no_zone_is_refused(name: str) -> None:
    with pytest.raises(BadInput, match="not a time zone"):
        zone_of(name)
