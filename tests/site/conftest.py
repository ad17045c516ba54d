"""A house with something at every station, for every test of the pages."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
from django.test import Client
from stage import Stage, filled, recall, recordings

import yesand
from once import once
from yesand.agreements.vocabulary import UseClass
from yesand.kernel.clock import SetClock
from yesand.takes.services import import_corpus


@pytest.fixture(scope="session")
def staged(empty_house: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of a filled house, to copy from."""
    return once(tmp_path_factory, "staged", lambda folder: filled(empty_house, folder)) / "house"


@pytest.fixture
def stage(staged: Path, tmp_path: Path) -> Iterator[Stage]:
    """A filled house of the test's own."""
    shutil.copytree(staged, tmp_path / "house")
    clock = SetClock(datetime(2026, 11, 2, tzinfo=UTC))
    found = recall(yesand.open(tmp_path / "house", clock=clock))
    yield found
    found.house.close()


@pytest.fixture
def as_(stage: Stage) -> dict[str, Client]:
    """A browser for each person, logged in; and one for nobody."""
    clients = {"nobody": Client()}
    for name, user in stage.users.items():
        clients[name] = Client()
        clients[name].force_login(user)
    return clients


@pytest.fixture
def trial_house(house: yesand.House, tmp_path: Path) -> yesand.House:
    """A house of recordings under trial terms."""
    folder = recordings(tmp_path / "recordings", ("Ada",), synthetic=False)
    import_corpus(house.place, folder, trial=UseClass.RECOGNITION)
    return house
