"""Working off what is to be done later: ``yesand work``, and the worker beside ``yesand serve``.

The queue is a table of the registry (``django_tasks_db``), so it outlives any process. Which
worker still lives is told by a lock on a file of its own, which the operating system lets go of at
the very moment a worker dies, however it dies: what it left undone is put back.
"""

from __future__ import annotations

import fcntl
import logging
import os
import signal
import time
from contextlib import suppress
from datetime import timedelta
from pathlib import Path
from secrets import token_hex
from types import FrameType
from typing import IO

from django.db import OperationalError, close_old_connections
from django.db.models import Q
from django.utils import timezone
from django_tasks.base import TaskResultStatus
from django_tasks_db.management.commands.db_worker import Worker as Runner
from django_tasks_db.models import DBTaskResult, get_date_max
from django_tasks_db.utils import exclusive_transaction, is_locked_database_exception

from yesand.kernel.place import Place
from yesand.provenance.witnessing.background import Asking
from yesand.royalties.mixing.planning.services import plan_daily_look
from yesand.royalties.spooling.planning.services import plan_collection
from yesand.training.resuming import services as unfinished

log = logging.getLogger("yesand.work")
INTERVAL = 1.0
#: Workers that a task may take down with it before it is given up.
DEATHS = 5
_EVERY = 15.0  # seconds between looks for what dead workers left
_SWEEPS = 300.0
_KEPT = timedelta(days=30)  # how long what was done stays listed


class Worker:
    """Does what is due by the house's clock, one task at a time, until told to stop."""

    def __init__(self, place: Place, *, with_parent: bool = False) -> None:
        self.place = place
        self.id = f"{os.getpid()}-{token_hex(8)}"
        self.stopping, self._swept = False, 0.0
        self.parent = os.getppid() if with_parent else None
        self.runner = Runner(
            queue_names=["*"],
            interval=INTERVAL,
            batch=False,
            backend_name="default",
            startup_delay=False,
            max_tasks=None,
            worker_id=self.id,
            excluded_queue_names=[],
        )

    def run(self, *, once: bool = False) -> int:
        """Work until told to stop, or until nothing is due; return how many tasks were done."""
        done, looked = 0, 0.0
        with _alive(self.place, self.id), Asking(self.place):
            while not self.stopping and not self._orphaned():
                close_old_connections()
                if not looked or time.monotonic() - looked > _EVERY:
                    put_back(self.place, self.id)
                    tidy_up()
                    plan_collection(self.place)
                    self._sweep()
                    looked = time.monotonic()
                if self._one():
                    done += 1
                elif once:
                    break
                else:
                    self._rest()
        return done

    def stop(self, number: int = 0, frame: FrameType | None = None) -> None:
        """Stop after the task in hand."""
        self.stopping = True

    def heed(self) -> None:
        """Stop gently on SIGTERM and SIGINT."""
        signal.signal(signal.SIGTERM, self.stop)
        signal.signal(signal.SIGINT, self.stop)

    def _sweep(self) -> None:
        """Now and then delete broken trainings that may not go on, and have usage looked at."""
        if not self._swept or time.monotonic() - self._swept > _SWEEPS:
            unfinished.sweep(self.place)
            plan_daily_look(self.place)
            self._swept = time.monotonic()

    def _orphaned(self) -> bool:
        return self.parent is not None and os.getppid() != self.parent

    def _rest(self) -> None:
        until = time.monotonic() + INTERVAL
        while not self.stopping and time.monotonic() < until:
            time.sleep(0.1)

    def _one(self) -> bool:
        """Do one task that is due; tell whether there was one."""
        due = _due(self.place)
        if not due.exists():  # a plain look first: it takes no lock
            return False
        try:
            with exclusive_transaction():
                task = due.get_locked()
                if task is not None:
                    task.claim(self.id)
        except OperationalError as fault:
            if not is_locked_database_exception(fault):
                raise
            return False
        if task is None:
            return False
        self.runner.run_task(task)
        if task.status == TaskResultStatus.FAILED:
            log.error("%s failed: %s", task.task_name, task.traceback)
        return True


def _due(place: Place) -> DBTaskResult.objects.__class__:  # type: ignore[name-defined]
    """Return what is due by the house's clock, which may show another time than ours."""
    now = Q(run_after=get_date_max()) | Q(run_after__lte=place.clock.now())
    return DBTaskResult.objects.filter(now, status=TaskResultStatus.READY)


def put_back(place: Place, own: str = "") -> int:
    """Put back what dead workers left in the middle; return how many tasks that are."""
    found = 0
    for task in DBTaskResult.objects.filter(status=TaskResultStatus.RUNNING):
        last = task.worker_ids[-1] if task.worker_ids else ""
        if last == own or _lives(place, last):
            continue
        worn = len(task.worker_ids) >= DEATHS
        found += DBTaskResult.objects.filter(
            pk=task.pk, status=TaskResultStatus.RUNNING, started_at=task.started_at
        ).update(
            status=TaskResultStatus.FAILED if worn else TaskResultStatus.READY,
            **(
                {"traceback": "Every worker that took it died.", "finished_at": timezone.now()}
                if worn
                else {}
            ),
        )
        log.warning("Worker %s died in the middle of %s: put back", last, task.task_name)
    return found


def tidy_up() -> None:
    """Forget what was done long ago."""
    DBTaskResult.objects.filter(
        status=TaskResultStatus.SUCCESSFUL, finished_at__lt=timezone.now() - _KEPT
    ).delete()


# Which worker lives -------------------------------------------------------------------------------


def _path(place: Place, worker: str) -> Path:
    return place.root / "work" / f"{worker}.lock"


class _alive:  # noqa: N801  # reads as a phrase: `with _alive(place, id)`
    """Hold the lock that says that a worker lives."""

    def __init__(self, place: Place, worker: str) -> None:
        self.path = _path(place, worker)
        self.file: IO[bytes] | None = None

    def __enter__(self) -> None:
        self.path.parent.mkdir(exist_ok=True)
        self.file = self.path.open("wb")
        fcntl.flock(self.file, fcntl.LOCK_EX)

    def __exit__(self, *_: object) -> None:
        assert self.file is not None
        self.path.unlink(missing_ok=True)
        self.file.close()


def _lives(place: Place, worker: str) -> bool:
    path = _path(place, worker)
    if not worker or "/" in worker or not path.exists():
        return False
    with path.open("rb") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return True
    with suppress(FileNotFoundError):
        path.unlink()
    return False
