"""Ben, a rater, whom the tests of this folder share."""

from __future__ import annotations

import pytest
from logging_in import PASSWORD

import yesand
from yesand.people import services as people
from yesand.people.models import User


@pytest.fixture
def ben(house: yesand.House) -> User:
    """Return his account; he has a password and nothing else."""
    return people.account("ben", "rater", PASSWORD)
