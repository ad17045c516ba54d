"""A house with people who meet."""

from __future__ import annotations

import pytest
from cast_of_meetings import Cast, gather

import yesand


@pytest.fixture
def cast(house: yesand.House) -> Cast:
    """People in a house of the test's own."""
    return gather(house)
