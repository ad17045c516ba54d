"""A house with nine short takes, whose ratings are tested."""

from __future__ import annotations

from pathlib import Path

import pytest

import yesand
from small_troupe import troupe


@pytest.fixture
def rated(house: yesand.House, tmp_path: Path) -> yesand.House:
    """A house with nine half-second takes."""
    troupe(house, tmp_path / "troupe")
    return house
