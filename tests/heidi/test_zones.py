"""The zone that a sentence names."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from yesand.heidi.zones import zone_named
from yesand.meetings.wall import zones


@pytest.mark.parametrize(
    ("said", "zone"),
    [
        ("on Friday at 3pm New York time", "America/New_York"),
        ("at 9 Berlin time please", "Europe/Berlin"),
        ("Friday 15:00 UTC", "UTC"),
        ("Friday 15:00 CET", "Europe/Berlin"),
        ("15:00 europe/lisbon", "Europe/Lisbon"),
        ("the same time", ""),
        ("that time is fine", ""),
        ("book a meeting and/or call", ""),
        ("ist der Termin am Freitag", ""),
    ],
)
def test_a_zone_is_found_where_one_is_named(said: str, zone: str) -> None:
    assert zone_named(said) == zone


@given(st.text(max_size=500))
def test_any_text_names_a_zone_or_none(text: str) -> None:
    assert zone_named(text) in ("", *zones())
