"""The filled house of the pages' tests, on each database in turn, and a person in it who asks."""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
import sys
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from django.test import Client

sys.path.insert(0, str(Path(__file__).parents[1] / "site"))

from stage import Stage, filled, recall

import yesand
from once import once
from yesand.heidi.tools.asker import Asker
from yesand.kernel.clock import SetClock

if TYPE_CHECKING:
    from conftest import Postgres


@pytest.fixture(scope="session")
def on_sqlite(empty_house: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A filled house's folder, with its registry in it."""
    return once(tmp_path_factory, "staged", lambda folder: filled(empty_house, folder)) / "house"


@pytest.fixture(scope="session")
def on_postgres(postgres: Postgres, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Postgres]:
    """The server, with a filled house in it to copy from."""
    name = postgres.copy()
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("DATABASE_URL", postgres.url(name))
        folder = tmp_path_factory.mktemp("heidi")
        filled(postgres.root, folder)
    yield replace(postgres, template=name, root=folder / "house")
    postgres.tell(f'DROP DATABASE "{name}" WITH (FORCE)')


@pytest.fixture
def stage(database: Path, tmp_path: Path) -> Iterator[Stage]:
    """A filled house of the test's own."""
    shutil.copytree(database, tmp_path / "house")
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


@pytest.fixture
def serve(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[[str], Path]]:
    """Start a model's server in some mode; gives the file of what it was asked."""
    running: list[subprocess.Popen[str]] = []

    def start(mode: str) -> Path:
        with socket.socket() as found:
            found.bind(("127.0.0.1", 0))
            port = found.getsockname()[1]
        asked = tmp_path / f"{mode}.jsonl"
        process = subprocess.Popen(
            [
                sys.executable,
                str(Path(__file__).parent / "model_server.py"),
                str(port),
                mode,
                str(asked),
            ],
            stdout=subprocess.PIPE,
            text=True,
            env=os.environ,
        )
        running.append(process)
        assert process.stdout is not None and process.stdout.readline() == "ready\n"
        monkeypatch.setenv("YESAND_LLM_URL", f"http://127.0.0.1:{port}/v1")
        monkeypatch.setenv("YESAND_LLM_SECONDS", "3")
        return asked

    yield start
    for process in running:
        process.kill()
        process.wait(timeout=10)
        assert process.stdout is not None
        process.stdout.close()
