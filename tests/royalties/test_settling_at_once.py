"""Eight workers settle one month at once, and some are killed: there is exactly one settlement."""

from __future__ import annotations

import random
import signal
import time
from pathlib import Path

import pytest
from royalties_factories import Stage, event, write
from test_killed import SEPTEMBER, SETTLE, books, started

import yesand
from yesand.royalties.models import Posting, Settlement, Statement
from yesand.royalties.services import check_books, meter, settle

pytestmark = pytest.mark.both_databases


@pytest.fixture
def stage(house: yesand.House, tmp_path: Path) -> Stage:
    made = Stage(house.place, minutes={f"P{i:02d}": 1_000 + i for i in range(20)})
    meter(made.place, write(tmp_path / "u", (event(i) for i in range(200))))
    return made


@pytest.mark.slow
def test_eight_workers_at_once_make_one_settlement(stage: Stage) -> None:
    eight = [started(SETTLE, stage.place.root) for _ in range(8)]
    for process in eight:
        process.communicate(timeout=240)
        assert process.returncode == 0
    assert Settlement.objects.count() == 1 and Statement.objects.count() == 20
    assert Posting.objects.count() == 40
    check_books()


@pytest.mark.deep
@pytest.mark.one_database
@pytest.mark.slow
def test_workers_that_are_killed_at_random_leave_nothing_half_done(stage: Stage) -> None:
    dice, killed = random.Random(1), 0
    for _ in range(3):
        some = [started(SETTLE, stage.place.root) for _ in range(3)]
        time.sleep(dice.random() / 2)
        for process in some:
            process.send_signal(signal.SIGKILL)
            assert process.stdout is not None
            process.stdout.close()
            killed += process.wait() == -signal.SIGKILL
        assert Statement.objects.count() in {0, 20}
        check_books()
    assert killed, "no worker was caught at work"
    settle(stage.place, SEPTEMBER)
    before = books(stage)
    assert settle(stage.place, SEPTEMBER) == Settlement.objects.get() and books(stage) == before
    check_books()
