"""What the tests of oversight share: a small troupe whose model is in service."""

from __future__ import annotations

from pathlib import Path

import pytest
from test_obligations import deployed, trained

import yesand
from small_troupe import ask, troupe
from yesand.agreements.collective.membership.services import say
from yesand.corpus import services as corpus
from yesand.people import services as people
from yesand.people.models import Organisation


@pytest.fixture
def filled(house: yesand.House, tmp_path: Path) -> yesand.House:
    troupe(house, tmp_path / "troupe")
    manifest = corpus.gate(house.place, ask(house)).manifest
    deployed(house, trained(house, manifest.digest))
    return house


@pytest.fixture
def union(filled: yesand.House) -> Organisation:
    """A union that Bert belongs to; una sits for it."""
    found = people.found(filled.place, "voices", "Voices United", Organisation.Kind.UNION)
    people.account("una", "union", "a line of one's own", organisation=found)
    say(filled.place, people.performer("Bert"), found, member=True)
    return found
