"""A training that was broken off goes on, and comes out as if it had never been."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from safetensors.torch import load_file, save_file
from tests.training.test_overtaken_runs import asked
from tests.training.whistles import GROUNDS, LUCKY, examples

import yesand
from yesand.affect.listening import Kept
from yesand.agreements import services as agreements
from yesand.corpus import services as corpus
from yesand.corpus.errors import Overtaken
from yesand.people import services as people
from yesand.reliance.inrun.recorder import Recorder
from yesand.site.working import Worker
from yesand.training import runs
from yesand.training.around import Around
from yesand.training.digest import resources
from yesand.training.examples import Example
from yesand.training.resuming import services as unfinished
from yesand.training.resuming.shelf import Shelf
from yesand.training.services import train
from yesand.training.shards import training
from yesand.training.shards.training import ShardSettings

PARTS = ShardSettings(replace(LUCKY.recipe, least_steps=20), LUCKY.shape, shards=2)


@pytest.fixture(scope="module")
def cache(tmp_path_factory: pytest.TempPathFactory) -> Kept:
    return Kept(tmp_path_factory.mktemp("cache"))


@pytest.fixture(scope="module")
def troupe(tmp_path_factory: pytest.TempPathFactory) -> list[Example]:
    return examples(tmp_path_factory.mktemp("troupe"))


@pytest.fixture(scope="module")
def whole(
    tmp_path_factory: pytest.TempPathFactory, troupe: list[Example], cache: Kept
) -> dict[str, str]:
    """The files of a run that nobody broke off, and that kept nothing."""
    out = tmp_path_factory.mktemp("whole") / "model"
    runs.train(troupe, GROUNDS, LUCKY, out, Around(cache))
    return resources(out)


class Impatient:
    """Breaks a run off once so many steps are made."""

    def __init__(self, steps: int) -> None:
        self.steps = steps

    def __call__(self, done: int, total: int, note: str = "") -> None:
        if note.startswith("training") and self.steps <= done < total:
            raise KeyboardInterrupt


def shelf(folder: Path, told: list[str], **how: Any) -> Shelf:
    return Shelf(folder, every=0.0, cost=1.0, say=told.append, **how)


def broken_off(folder: Path, troupe: list[Example], cache: Kept, steps: int = 60) -> Path:
    """Return what a run leaves that was broken off."""
    kept = shelf(folder / "shelf", [])
    around = Around(cache, Impatient(steps), shelf=kept)
    with pytest.raises(KeyboardInterrupt):
        runs.train(troupe, GROUNDS, LUCKY, folder / "model", around)
    assert not (folder / "model").exists()
    (run,) = kept.folder.iterdir()
    return run


_KILLED = """
import sys, time
from pathlib import Path
from tests.training.whistles import GROUNDS, LUCKY, examples
from yesand.affect.listening import Kept
from yesand.training import runs
from yesand.training.around import Around
from yesand.training.resuming.shelf import Shelf
here = Path(sys.argv[1])
def told(done, total, note=""):
    if note.startswith("training") and done >= 50:
        print(done, flush=True)
        time.sleep(60)  # its models go on meanwhile, and it never ends by itself
around = Around(Kept(Path(sys.argv[2])), told, shelf=Shelf(here / "shelf", every=0.0, cost=1.0))
runs.train(examples(here / "takes"), GROUNDS, LUCKY, here / "model", around)
"""


def test_a_run_that_was_killed_goes_on_to_the_same_bytes(
    tmp_path: Path, troupe: list[Example], cache: Kept, whole: dict[str, str]
) -> None:
    run = subprocess.Popen(
        [sys.executable, "-c", _KILLED, str(tmp_path), str(cache.folder)],
        stdout=subprocess.PIPE,
        env={**os.environ, "PYTHONPATH": os.pathsep.join(p for p in sys.path if p)},
        text=True,
    )
    assert run.stdout is not None
    assert int(run.stdout.readline()) >= 50
    run.send_signal(signal.SIGKILL)
    run.communicate()
    assert not (tmp_path / "model").exists()
    told = list[str]()
    around = Around(cache, shelf=shelf(tmp_path / "shelf", told))
    runs.train(troupe, GROUNDS, LUCKY, tmp_path / "model", around)
    assert any("goes on after step" in line for line in told), told
    assert resources(tmp_path / "model") == whole
    assert not list((tmp_path / "shelf").iterdir())


def test_parts_that_were_trained_are_not_trained_again(
    tmp_path: Path, cache: Kept, tmp_path_factory: pytest.TempPathFactory
) -> None:
    six = examples(tmp_path / "takes", ("Alba", "Bert", "Cleo", "Dora", "Emil", "Fay"))
    told = list[str]()
    around = Around(cache, shelf=shelf(tmp_path / "shelf", told))
    with pytest.raises(KeyboardInterrupt):
        impatient = replace(around, progress=Impatient(60))
        training.train(six, GROUNDS, PARTS, tmp_path / "model", impatient)
    training.train(six, GROUNDS, PARTS, tmp_path / "model", around)
    assert sum("goes on after step" in line for line in told) >= 2
    training.train(six, GROUNDS, PARTS, tmp_path / "anew", Around(cache))
    assert resources(tmp_path / "model") == resources(tmp_path / "anew")


def test_a_damaged_checkpoint_is_thrown_away_and_said_so(
    tmp_path: Path, troupe: list[Example], cache: Kept
) -> None:
    run = broken_off(tmp_path, troupe, cache, steps=200)
    cut, flipped, foreign, *_ = sorted(run.glob("*.safetensors"))
    cut.write_bytes(cut.read_bytes()[:-9])
    bytes_ = bytearray(flipped.read_bytes())
    bytes_[-1000] ^= 1
    flipped.write_bytes(bytes_)
    save_file(load_file(foreign), foreign)
    told = list[str]()
    around = Around(cache, Impatient(250), shelf=shelf(tmp_path / "shelf", told))
    with pytest.raises(KeyboardInterrupt):
        runs.train(troupe, GROUNDS, LUCKY, tmp_path / "model", around)
    thrown = {line.split(":")[0]: line for line in told if "thrown away" in line}
    assert thrown.keys() == {"fold-0", "fold-1", "fold-2"}
    assert "damaged" in thrown["fold-1"] and "another run" in thrown["fold-2"]


def test_fresh_begins_anew(tmp_path: Path, troupe: list[Example], cache: Kept) -> None:
    broken_off(tmp_path, troupe, cache)
    told = list[str]()
    around = Around(cache, Impatient(1), shelf=shelf(tmp_path / "shelf", told, fresh=True))
    with pytest.raises(KeyboardInterrupt):
        runs.train(troupe, GROUNDS, LUCKY, tmp_path / "model", around)
    assert told == ["What was kept of this run was thrown away; it begins anew."]


def test_other_takes_and_other_settings_are_another_run(
    tmp_path: Path, troupe: list[Example], cache: Kept
) -> None:
    run = broken_off(tmp_path, troupe, cache)
    for n, (given, settings) in enumerate(
        [
            (troupe[1:], LUCKY),
            (troupe, replace(LUCKY, recipe=replace(LUCKY.recipe, seed=1))),
        ]
    ):
        told = list[str]()
        around = Around(cache, Impatient(1), shelf=shelf(tmp_path / "shelf", told))
        with pytest.raises(KeyboardInterrupt):
            runs.train(given, GROUNDS, settings, tmp_path / "model", around)
        assert told == [] and len(list(run.parent.iterdir())) == n + 2


def test_a_recorded_fold_begins_anew_and_says_so(
    tmp_path: Path, troupe: list[Example], cache: Kept
) -> None:
    broken_off(tmp_path, troupe, cache, steps=30)
    told = list[str]()
    kept = shelf(tmp_path / "shelf", told)
    around = Around(cache, Impatient(1), recorder=Recorder(), shelf=kept)
    with pytest.raises(KeyboardInterrupt):
        runs.train(troupe, GROUNDS, LUCKY, tmp_path / "model", around)
    assert "recorded begin anew" in told[0] and all("fold-" not in line for line in told)


def test_a_disk_that_takes_no_checkpoint_stops_no_training(
    tmp_path: Path, troupe: list[Example], cache: Kept
) -> None:
    (tmp_path / "shelf").write_text("a file where a folder should be")
    told = list[str]()
    around = Around(cache, Impatient(80), shelf=shelf(tmp_path / "shelf", told))
    with pytest.raises(KeyboardInterrupt):
        runs.train(troupe, GROUNDS, LUCKY, tmp_path / "model", around)
    assert all("no checkpoint could be kept" in line for line in told) and told


def test_what_is_kept_goes_with_the_permission(house: yesand.House, tmp_path: Path) -> None:
    place = house.place
    manifest = corpus.find(place, asked(house, tmp_path / "takes"))
    folder = unfinished.shelf_of(place)

    def broken() -> None:
        with pytest.raises(KeyboardInterrupt):
            train(place, manifest, tmp_path / "m", settings=LUCKY, progress=Impatient(200))

    broken()
    (run,) = folder.iterdir()
    assert {path.name for path in run.iterdir()} >= {"run.json"} and unfinished.sweep(place) == 0
    # What nobody took up for a month, and what is no run.
    (folder / "odd").mkdir()
    os.utime(run / "run.json", (0, 0))
    os.utime(run, (0, 0))
    for path in run.iterdir():
        os.utime(path, (0, 0))
    assert unfinished.sweep(place) == 2 and not list(folder.iterdir())
    broken()
    unfinished.drop(place, frozenset({"ab" * 32}))
    assert len(list(folder.iterdir())) == 1
    unfinished.drop(place, frozenset({manifest.takes[0].sha256}))
    assert not list(folder.iterdir())
    broken()
    agreements.withdraw(place, people.performer("Bert"))
    Worker(place).run(once=True)
    assert not list(folder.iterdir())
    (folder / "odd").mkdir()
    with pytest.raises(Overtaken):
        train(place, manifest, tmp_path / "m", settings=LUCKY)
    assert not list(folder.iterdir())
