"""A second process is killed (SIGKILL) somewhere in the middle; running it again finishes it."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path

import pyarrow.parquet as pq
import pytest
from royalties_factories import Stage, event, write

import yesand
from yesand.kernel.clock import Period, SetClock
from yesand.people import services as people
from yesand.provenance.models import Entry
from yesand.royalties.books.services import trial_balance
from yesand.royalties.metering.services import meter, store_of
from yesand.royalties.models import Posting, Settlement, Statement, UsageBatch
from yesand.royalties.services import check_books, settle, statement

SEPTEMBER = Period(2026, 9)
METER = """
import sys, pathlib, yesand
house = yesand.open(sys.argv[1])
import yesand.royalties.services
print("begun", flush=True)
house.meter(pathlib.Path(sys.argv[2]))
"""
SETTLE = """
import sys, yesand
house = yesand.open(sys.argv[1])
import yesand.royalties.services
print("begun", flush=True)
house.settle("2026-09")
"""


def started(code: str, *arguments: Path) -> subprocess.Popen[str]:
    told = {**os.environ, "YESAND_NOW": "2026-10-01T00:00:00Z", "PYTHONWARNINGS": "ignore"}
    told["PYTHONPATH"] = os.pathsep.join(sys.path)
    process = subprocess.Popen(
        [sys.executable, "-c", code, *map(str, arguments)],
        env=told,
        stdout=subprocess.PIPE,
        text=True,
    )
    assert process.stdout is not None and process.stdout.readline() == "begun\n"
    return process


def killed_after(process: subprocess.Popen[str], seconds: float) -> bool:
    """Kill the process after some time; tell whether it was still at work."""
    time.sleep(seconds)
    process.send_signal(signal.SIGKILL)
    assert process.stdout is not None
    process.stdout.close()
    return process.wait() == -signal.SIGKILL


def metered(stage: Stage) -> tuple[int, int, list[str]]:
    digests = list(UsageBatch.objects.values_list("digest", flat=True))
    files = store_of(stage.place).files(digests)
    events = sum(pq.read_metadata(f).num_rows for f in files)
    return events, Entry.objects.filter(kind="usage.accepted").count(), digests


def books(stage: Stage) -> tuple[dict[str, dict[str, int]], list[int], int]:
    totals = [
        statement(stage.place, people.performer(h), SEPTEMBER).total_micro for h in stage.minutes
    ]
    return trial_balance(), totals, Posting.objects.count()


@pytest.fixture
def stage(house: yesand.House) -> Stage:
    return Stage(house.place)


@pytest.mark.slow
def test_metering_killed_at_any_instant_ends_as_a_clean_run(
    stage: Stage, tmp_path: Path, clock: SetClock
) -> None:
    events = (event(i, time=f"2026-0{7 + i % 3}-05T00:00:00Z") for i in range(20_000))
    path = write(tmp_path / "usage.jsonl", events)
    clean = tmp_path / "clean"
    shutil.copytree(stage.place.root, clean)
    at_work = 0
    for wait in (0.05, 0.2, 0.5, 0.8, 1.1):
        at_work += killed_after(started(METER, stage.place.root, path), wait)
    assert at_work, "no run was caught at work: make the delivery longer"
    report = meter(stage.place, path)
    assert report.accepted + report.repeated == 20_000
    assert not (stage.place.usage / "staging").exists()
    killed = metered(stage)
    on_disk = {p.stem for p in stage.place.usage.glob("events/*/*")}
    assert on_disk == set(killed[2])
    other = yesand.open(clean, clock=clock)
    meter(other.place, path)
    again = Stage.__new__(Stage)
    again.place = other.place
    assert metered(again) == killed


@pytest.mark.slow
def test_settling_killed_at_any_instant_ends_as_a_clean_run(
    house: yesand.House, tmp_path: Path, clock: SetClock
) -> None:
    people_of_it = {f"P{i:03d}": 1_000 + i for i in range(60)}
    stage = Stage(house.place, minutes=people_of_it)
    meter(stage.place, write(tmp_path / "u", (event(i) for i in range(500))))
    clean = tmp_path / "clean"
    shutil.copytree(stage.place.root, clean)
    at_work = 0
    for wait in (0.05, 0.2, 0.4, 0.6, 0.8):
        at_work += killed_after(started(SETTLE, stage.place.root), wait)
        assert Statement.objects.count() in {0, 60}
        check_books()
    assert at_work, "no run was caught at work: make the settlement longer"
    first = settle(stage.place, SEPTEMBER)
    after = books(stage)
    other = yesand.open(clean, clock=clock)
    second = settle(other.place, SEPTEMBER)
    stage.place = other.place
    assert books(stage) == after
    assert first.digest == second.digest
    check_books()


@pytest.mark.deep  # eight workers at once do the same in test_settling_at_once
def test_two_processes_that_settle_at_once_make_one_settlement(
    stage: Stage, tmp_path: Path
) -> None:
    meter(stage.place, write(tmp_path / "u", (event(i) for i in range(100))))
    both = [started(SETTLE, stage.place.root) for _ in range(2)]
    for process in both:
        process.communicate(timeout=120)
        assert process.returncode == 0
    assert Settlement.objects.count() == 1 and Statement.objects.count() == 3
    assert Posting.objects.count() == 6
    check_books()


def test_two_processes_that_meter_at_once_count_each_event_once(
    stage: Stage, tmp_path: Path
) -> None:
    path = write(tmp_path / "u", (event(i) for i in range(3_000)))
    both = [started(METER, stage.place.root, path) for _ in range(2)]
    for process in both:
        process.communicate(timeout=120)
        assert process.returncode == 0
    assert metered(stage)[0] == 3_000
