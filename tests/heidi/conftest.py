"""The filled house of the pages' tests, and a person in it who asks."""

from __future__ import annotations

import shutil
import sys
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
from django.test import Client

sys.path.insert(0, str(Path(__file__).parents[1] / "site"))

from stage import Stage, recall, set_up

import yesand
from yesand.heidi.tools.asker import Asker
from yesand.kernel.clock import SetClock


@pytest.fixture(scope="session")
def heidis_house(empty_house: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of a filled house, to copy from; the router is fitted in it once."""
    folder = tmp_path_factory.mktemp("heidi")
    shutil.copytree(empty_house, folder / "house")
    house = yesand.open(folder / "house", clock=SetClock(datetime(2026, 10, 1, tzinfo=UTC)))
    set_up(house, folder / "recordings")
    house.close()
    return folder / "house"


@pytest.fixture
def stage(heidis_house: Path, tmp_path: Path) -> Iterator[Stage]:
    """A filled house of the test's own."""
    shutil.copytree(heidis_house, tmp_path / "house")
    found = recall(
        yesand.open(tmp_path / "house", clock=SetClock(datetime(2026, 11, 2, tzinfo=UTC)))
    )
    yield found
    found.house.close()


@pytest.fixture
def asker(stage: Stage) -> Callable[[str], Asker]:
    """Anybody of the house, asking."""
    return lambda name: Asker.at(stage.house.place, stage.users[name])


@pytest.fixture
def as_(stage: Stage) -> dict[str, Client]:
    """A browser for each person, logged in; and one for nobody."""
    clients = {"nobody": Client()}
    for name, user in stage.users.items():
        clients[name] = Client()
        clients[name].force_login(user)
    return clients
