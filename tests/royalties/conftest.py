"""What tests of the room share."""

from __future__ import annotations

import pytest
from payout_office import Office, open_office

import yesand


@pytest.fixture
def office(house: yesand.House) -> Office:
    """A house that owes two performers money, and two producers who may pay it."""
    return open_office(house.place)
