"""What the tests of oversight share: a small troupe whose model is in service."""

from __future__ import annotations

from pathlib import Path

import pytest
from test_obligations import deployed, trained

import yesand
from small_troupe import ask, troupe
from yesand.corpus import services as corpus


@pytest.fixture
def filled(house: yesand.House, tmp_path: Path) -> yesand.House:
    troupe(house, tmp_path / "troupe")
    manifest = corpus.gate(house.place, ask(house)).manifest
    deployed(house, trained(house, manifest.digest))
    return house
