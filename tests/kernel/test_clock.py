from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from yesand.kernel.clock import Clock, Period, SetClock, instant, stamp
from yesand.kernel.errors import BadInput

ZONES = st.integers(-14 * 60, 14 * 60).map(lambda m: timezone(timedelta(minutes=m)))
moments = st.datetimes(datetime(1971, 1, 1), datetime(9990, 1, 1), timezones=ZONES)  # noqa: DTZ001
periods = st.builds(Period, st.integers(1000, 9998), st.integers(1, 12))


@given(moments)
def test_a_moment_survives_being_written(moment: datetime) -> None:
    text = stamp(moment)
    assert instant(text) == moment and instant(text).tzinfo is UTC
    assert text.endswith("Z") and stamp(instant(text)) == text


@given(moments)
def test_other_offsets_name_the_same_moment(moment: datetime) -> None:
    assert instant(moment.isoformat()) == moment


def test_a_day_alone_is_midnight_in_utc() -> None:
    assert instant("2026-10-01") == datetime(2026, 10, 1, tzinfo=UTC)
    assert instant("2026-10-01t12:30z") == datetime(2026, 10, 1, 12, 30, tzinfo=UTC)


@pytest.mark.parametrize("text", ["2026-10-01T12:30", "2026-10-01 12:30:00", "2026-10-01t12:30:00"])
def test_a_time_without_a_zone_is_refused(text: str) -> None:
    with pytest.raises(BadInput, match="no zone"):
        instant(text)


@pytest.mark.parametrize(
    "text",
    (
        *["", "now", "2026-10-01x12:30", "20261001", "2026-W40-4", "2026-13-01", "2026-10-32Z"],
        *["2026-10-01T24:00:00Z", "2026-10-01T12:00:60Z", "0001-01-01T00:00:00+14:00"],
        *["2026-10-01Z", "2026-10-01T12:00:00Z ", "2026-10-01T12:00:00+25:00", "２０２６-10-01"],
    ),
)
def test_what_is_no_rfc_3339_time_is_bad_input(text: str) -> None:
    with pytest.raises(BadInput):
        instant(text)


def test_a_moment_without_a_zone_is_never_written() -> None:
    with pytest.raises(BadInput):
        stamp(datetime(2026, 10, 1))  # noqa: DTZ001


@given(periods)
def test_months_follow_one_another_without_gap_or_overlap(period: Period) -> None:
    assert period.next().previous() == period
    assert period.end == period.next().start
    assert period < period.next()
    assert 28 <= (period.end - period.start).days <= 31


@given(periods)
def test_a_month_survives_being_written(period: Period) -> None:
    assert Period.parse(str(period)) == period


@given(moments)
def test_a_moment_lies_in_its_month(moment: datetime) -> None:
    period = Period.of(moment)
    assert period.start <= moment < period.end


def test_the_month_is_that_of_utc() -> None:
    berlin = timezone(timedelta(hours=2))
    assert Period.of(datetime(2026, 11, 1, 1, tzinfo=berlin)) == Period(2026, 10)


@pytest.mark.parametrize(
    "text", ["", "2026-1", "2026-13", "2026-00", "0000-01", "9999-12", "２０２６-10", "2026-10\n"]
)
def test_what_is_no_month_is_bad_input(text: str) -> None:
    with pytest.raises(BadInput, match="2026-10"):
        Period.parse(text)


def test_a_set_clock_stands_still_until_it_is_moved() -> None:
    clock = SetClock(datetime(2026, 10, 1, tzinfo=UTC))
    assert clock.now() == clock.now()
    clock.advance(days=1, hours=2)
    assert clock.now() == datetime(2026, 10, 2, 2, tzinfo=UTC)


def test_the_real_clock_can_be_told_the_time(monkeypatch: pytest.MonkeyPatch) -> None:
    assert abs(Clock().now() - datetime.now(UTC)) < timedelta(seconds=5)
    monkeypatch.setenv("YESAND_NOW", "2026-10-01T12:00:00Z")
    assert Clock().now() == datetime(2026, 10, 1, 12, tzinfo=UTC)
    monkeypatch.setenv("YESAND_NOW", "noon")
    with pytest.raises(BadInput, match="YESAND_NOW"):
        Clock().now()
