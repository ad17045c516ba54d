"""``yesand work`` and the worker beside the server, as real processes that are really killed."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from django.db import connections
from django.utils import timezone
from django_tasks_db.models import DBTaskResult

import yesand
from yesand.site.working import DEATHS, Worker, put_back, tidy_up

#: Tasks of the tests' own, in a module that the second process finds on its path.
TASKS = """
import os, time
from pathlib import Path
from django_tasks import task

@task()
def mark(path, seconds=0.0):
    with Path(path).open("a") as file:
        file.write(f"begun {os.getpid()}\\n")
    time.sleep(seconds)
    with Path(path).open("a") as file:
        file.write("done\\n")

@task()
def fail():
    raise ValueError("no")
"""
pytestmark = pytest.mark.both_databases


@pytest.fixture
def tasks(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[object]:
    import importlib

    (tmp_path / "tasks_of_tests.py").write_text(TASKS)
    monkeypatch.syspath_prepend(tmp_path)
    yield importlib.import_module("tasks_of_tests")
    sys.modules.pop("tasks_of_tests")


@contextmanager
def running(house: yesand.House, *arguments: str) -> Iterator[subprocess.Popen[bytes]]:
    connections.close_all()
    command = [sys.executable, "-m", "yesand.cli", *arguments, "--house", str(house.place.root)]
    process = subprocess.Popen(
        command,
        env={**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)},
        stdout=subprocess.PIPE,
    )
    assert process.stdout is not None
    try:
        yield process
    finally:
        process.terminate()
        process.wait(timeout=30)
        process.stdout.close()


def eventually(true: Callable[[], bool], seconds: float = 40) -> None:
    until = time.monotonic() + seconds
    while not true():
        assert time.monotonic() < until, "it never came to be"
        time.sleep(0.05)


def marks(path: Path) -> list[str]:
    return [line.split()[0] for line in path.read_text().splitlines()] if path.exists() else []


def test_what_is_due_is_done_once(house: yesand.House, tasks: object, tmp_path: Path) -> None:
    path = tmp_path / "marks"
    tasks.mark.enqueue(str(path))  # type: ignore[attr-defined]
    tasks.fail.enqueue()  # type: ignore[attr-defined]
    assert Worker(house.place).run(once=True) == 2
    assert Worker(house.place).run(once=True) == 0
    assert marks(path) == ["begun", "done"]
    assert DBTaskResult.objects.get(status="FAILED").traceback.endswith("ValueError: no\n")


def test_what_a_killed_worker_had_in_hand_is_put_back_and_done(
    house: yesand.House, tasks: object, tmp_path: Path
) -> None:
    path = tmp_path / "marks"
    tasks.mark.enqueue(str(path), 60.0)  # type: ignore[attr-defined]
    with running(house, "work") as process:
        eventually(lambda: marks(path) == ["begun"])
        assert put_back(house.place) == 0  # it lives
        process.send_signal(signal.SIGKILL)
        process.wait()
    (left,) = DBTaskResult.objects.all()
    assert left.status == "RUNNING"
    DBTaskResult.objects.update(args_kwargs={"args": [str(path), 0.0], "kwargs": {}})
    assert Worker(house.place).run(once=True) == 1
    assert marks(path) == ["begun", "begun", "done"]
    left.refresh_from_db()
    assert left.status == "SUCCESSFUL" and len(left.worker_ids) == 2


def test_a_task_that_kills_every_worker_is_given_up(
    house: yesand.House, tasks: object, tmp_path: Path
) -> None:
    tasks.mark.enqueue(str(tmp_path / "marks"))  # type: ignore[attr-defined]
    dead = [f"dead-{n}" for n in range(DEATHS)]
    DBTaskResult.objects.update(status="RUNNING", started_at=timezone.now(), worker_ids=dead[:-1])
    assert put_back(house.place) == 1
    assert DBTaskResult.objects.get().status == "READY"
    DBTaskResult.objects.update(status="RUNNING", worker_ids=dead)
    put_back(house.place)
    assert DBTaskResult.objects.get().status == "FAILED"
    assert Worker(house.place).run(once=True) == 0


def test_a_worker_told_to_stop_finishes_what_it_has_in_hand(
    house: yesand.House, tasks: object, tmp_path: Path
) -> None:
    path = tmp_path / "marks"
    tasks.mark.enqueue(str(path), 1.5)  # type: ignore[attr-defined]
    with running(house, "work") as process:
        eventually(lambda: marks(path) == ["begun"])
        process.send_signal(signal.SIGTERM)
        assert process.wait(timeout=30) == 0
    assert marks(path) == ["begun", "done"]
    assert not list((house.place.root / "work").iterdir())


def test_what_was_done_long_ago_is_forgotten(house: yesand.House, tasks: object) -> None:
    tasks.fail.enqueue()  # type: ignore[attr-defined]
    DBTaskResult.objects.update(
        status="SUCCESSFUL", finished_at=timezone.now() - timezone.timedelta(days=31)
    )
    tidy_up()
    assert not DBTaskResult.objects.exists()


@pytest.mark.deep
@pytest.mark.slow
@pytest.mark.one_database
@pytest.mark.enable_socket
@pytest.mark.allow_hosts(["127.0.0.1"])
def test_the_worker_beside_the_server_is_replaced_when_it_dies_and_ends_with_it(
    house: yesand.House, tasks: object, tmp_path: Path
) -> None:
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        port = found.getsockname()[1]
    path = tmp_path / "marks"

    def worker() -> int:
        return int(path.read_text().split()[-2 if marks(path)[-1] == "done" else -1])

    with running(house, "serve", "--port", str(port)) as process:
        assert process.stdout is not None and b"Serving" in process.stdout.readline()
        tasks.mark.enqueue(str(path), 60.0)  # type: ignore[attr-defined]
        eventually(lambda: marks(path) == ["begun"])
        first = worker()
        DBTaskResult.objects.update(args_kwargs={"args": [str(path), 0.0], "kwargs": {}})
        os.kill(first, signal.SIGKILL)
        eventually(lambda: marks(path) == ["begun", "begun", "done"])
        second = worker()
        assert second != first
    eventually(lambda: not Path(f"/proc/{second}").exists())
