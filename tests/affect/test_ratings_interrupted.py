"""Killed at any instant, an import of ratings resumes to the state of a clean run."""

from __future__ import annotations

import signal
import subprocess
import sys
from pathlib import Path

import pytest
from rating_files import table, taken

import yesand
from yesand.affect.models import Rating
from yesand.provenance import services as log

#: Imports in a process of its own, and dies at the second batch, before or after it is written.
CHILD = """
import os, signal, sys
from datetime import UTC, datetime
from pathlib import Path
import yesand
from yesand.kernel.clock import SetClock

house, file, when = sys.argv[1:]
opened = yesand.open(house, clock=SetClock(datetime(2026, 10, 1, tzinfo=UTC)))
from yesand.affect.rating import services
from yesand.affect.rating.files import Defaults

services.BATCH = 4
real, calls = services._Import.take, []

def deadly(self, rows):
    calls.append(1)
    if len(calls) == 2 and when == "within":
        kill = lambda *a, **k: os.kill(os.getpid(), signal.SIGKILL)
        services.RatingFault.objects.bulk_create = kill
    real(self, rows)
    if len(calls) == 2:
        os.kill(os.getpid(), signal.SIGKILL)

services._Import.take = deadly
services.import_ratings(opened.place, Path(file), defaults=Defaults("crema-d"))
"""


@pytest.mark.sqlite
@pytest.mark.parametrize(("when", "there"), [("within", 4), ("after", 8)])
def test_killed_in_the_middle_it_resumes_to_the_state_of_a_clean_run(
    rated: yesand.House, tmp_path: Path, when: str, there: int
) -> None:
    rows = [f"Alba-{e},r{n},fear,,,,,," for n in range(4) for e in ("angry", "calm", "happy")]
    file = table(tmp_path / "r.csv", *rows)
    child = [sys.executable, "-c", CHILD, str(rated.place.root), str(file), when]
    died = subprocess.run(child, capture_output=True, text=True, check=False)
    assert died.returncode == -signal.SIGKILL, died.stderr
    assert Rating.objects.count() == there
    told = taken(rated, file, space="crema-d")
    assert (told["new"], told["known"], told["bad"]) == (12 - there, there, [])
    said = Rating.objects.values_list("rater__name", "take__original_name")
    assert list(said) == [(row.split(",")[1], row.split(",")[0] + ".wav") for row in rows]
    log.audit(rated.place)
