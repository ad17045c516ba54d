"""What one may book: what one takes part in oneself; a producer, everything."""

from __future__ import annotations

import pytest

from yesand.meetings.kinds import offered


@pytest.mark.parametrize(
    ("role", "kinds"),
    [
        ("performer", ("performance", "talk")),
        ("rater", ("talk", "rating")),
        ("licensee", ("talk",)),
        ("producer", ("performance", "talk", "rating")),
    ],
)
def test_a_person_is_offered_what_they_can_take_part_in(role: str, kinds: tuple[str, ...]) -> None:
    assert offered({role}) == kinds
