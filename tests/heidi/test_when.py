"""Days, times, months and amounts as people say them."""

from __future__ import annotations

from datetime import date, datetime, time
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from yesand.heidi.intents import Intent
from yesand.heidi.slots import Change, Found, Issued, Meet, read
from yesand.heidi.when import When, amount, month, when

WEDNESDAY = datetime(2026, 11, 25, 9, 0)


@pytest.mark.parametrize(
    ("said", "day", "at"),
    [
        ("next Tuesday at 3", date(2026, 12, 1), time(15)),
        ("on Tuesday at 3", date(2026, 12, 1), time(15)),
        ("on friday", date(2026, 11, 27), None),
        ("next friday", date(2026, 12, 4), None),
        ("friday next week at 9:30", date(2026, 12, 4), time(9, 30)),
        ("wednesday", date(2026, 12, 2), None),
        ("tomorrow at 10am", date(2026, 11, 26), time(10)),
        ("the day after tomorrow at noon", date(2026, 11, 27), time(12)),
        ("in two days", date(2026, 11, 27), None),
        ("in a week", date(2026, 12, 2), None),
        ("3 December at 14:30", date(2026, 12, 3), time(14, 30)),
        ("the 5th of december", date(2026, 12, 5), None),
        ("Dec 5th", date(2026, 12, 5), None),
        ("january 3", date(2027, 1, 3), None),
        ("2026-12-24 at 18:00", date(2026, 12, 24), time(18)),
        ("30 february", None, None),
        ("at 12 am", None, time(0)),
        ("friday afternoon", date(2026, 11, 27), time(14)),
        ("some day", None, None),
    ],
)
def test_a_day_and_a_time(said: str, day: date | None, at: time | None) -> None:
    assert when(said, WEDNESDAY) == When(day, at)


def test_a_time_alone_is_its_next_coming() -> None:
    assert When(None, time(8)).moment(WEDNESDAY) == datetime(2026, 11, 26, 8)
    assert When(None, time(10)).moment(WEDNESDAY) == datetime(2026, 11, 25, 10)


@pytest.mark.parametrize(
    ("said", "named"),
    [
        ("last month", "2026-10"),
        ("my statement for October", "2026-10"),
        ("december", "2025-12"),
        ("2026-09", "2026-09"),
        ("march 2025", "2025-03"),
        ("may I see it", None),
        ("of may", "2026-05"),
        ("2026-13", None),
    ],
)
def test_a_month(said: str, named: str | None) -> None:
    found = month(said, WEDNESDAY)
    assert (str(found) if found else None) == named


def test_an_amount_is_told_as_money() -> None:
    assert amount("the one with 40 euros") == Decimal(40)
    assert amount("which paid 12.50?") == Decimal("12.50")
    assert amount("my last 3 statements") is None


def test_slots_are_read_from_a_sentence() -> None:
    moved = read(Intent.MOVE, "move tomorrow's session to friday at 2", WEDNESDAY)
    assert moved == Change(
        kind="performance", of_day=date(2026, 11, 26), day=date(2026, 11, 27), time=time(14)
    )
    booked = read(Intent.BOOK, "book a recording on friday at 9", WEDNESDAY)
    assert booked == Meet(day=date(2026, 11, 27), time=time(9), kind="performance")
    assert read(Intent.STATEMENTS, "last month", WEDNESDAY) == Issued(month="2026-10")
    found = read(Intent.TAKES, "why was my angry take rejected", WEDNESDAY)
    assert isinstance(found, Found) and (found.emotion, found.state) == ("anger", "rejected")


@given(st.text(max_size=300), st.sampled_from(list(Intent)))
def test_any_sentence_is_read_into_slots(text: str, intent: Intent) -> None:
    read(intent, text, WEDNESDAY)
