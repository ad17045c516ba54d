"""Memory runs out in training: less is done at once, and what that changes is said."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import torch
from tests.training.whistles import GROUNDS, QUICK, examples

from yesand.affect.listening import Kept
from yesand.affect.voice_model import Shape, build
from yesand.training import runs
from yesand.training.around import Around
from yesand.training.errors import OutOfMemory
from yesand.training.examples import Settings
from yesand.training.memory import Room, as_asked, exhausted

#: Wide enough that what a batch holds is most of what there is.
WIDE = replace(
    QUICK,
    recipe=replace(QUICK.recipe, least_steps=2, batch=64),
    shape=Shape(channels=(128, 8), stem=(2, 2), joint=8, embedding=8, prosody=8),
)

LEARNS = """
import resource, sys
from dataclasses import replace
from pathlib import Path
import torch
from tests.training.test_training_memory import WIDE
from tests.training.whistles import examples
from yesand.affect.frames import Pack
from yesand.affect.learning import fit
from yesand.affect.listening import Source, extract
from yesand.training.memory import Room
takes = examples(Path(sys.argv[1]))[::3]
pack, told = Pack.of(extract([Source(e.sha256, e.path) for e in takes])), []
label, few = torch.arange(len(takes)) % 2, replace(WIDE, recipe=replace(WIDE.recipe, batch=2))
def train(settings, side):
    return fit(pack, torch.arange(len(takes)), label, 2, settings.recipe, settings.shape)
train(few, 1)  # what is loaded late is there
taken = int(Path("/proc/self/statm").read_text().split()[0]) * resource.getpagesize()
resource.setrlimit(resource.RLIMIT_AS, (taken + (90 << 20), -1))
room = Room(2, told.append)
model, settings = room.train(WIDE, train)
assert room.notes == {"batch_asked": 64} and 2 < settings.recipe.batch < 64, room.notes
assert "going on with one" in told[0] and "beginning anew with 32" in told[1], told
asked = train(settings, 1)
assert all(torch.equal(a, b) for a, b in zip(model.parameters(), asked.parameters()))
"""


def test_a_smaller_batch_is_tried(tmp_path: Path) -> None:
    limits = {"MALLOC_MMAP_THRESHOLD_": "65536", "MALLOC_ARENA_MAX": "1"}
    ran = subprocess.run(
        [sys.executable, "-c", LEARNS, str(tmp_path)],
        env={**os.environ, "PYTHONPATH": os.pathsep.join(sys.path), **limits},
        capture_output=True,
        text=True,
        check=False,
    )
    assert ran.returncode == 0, (ran.returncode, ran.stderr[-4000:])


def test_a_run_records_what_it_was_asked_for(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    takes, fit = examples(tmp_path / "takes"), runs.fit

    def little(pack: Any, some: Any, label: Any, classes: int, recipe: Any, *more: Any) -> Any:
        # More than there is: the allocator itself says so.
        torch.empty((1 << 57) if recipe.batch > 8 else 1)
        return fit(pack, some, label, classes, recipe, *more)

    monkeypatch.setattr(runs, "fit", little)
    quick, told = replace(QUICK, recipe=replace(QUICK.recipe, least_steps=20)), list[str]()
    asked = replace(quick, recipe=replace(quick.recipe, batch=16))
    around = Around(Kept(tmp_path / "cache"), say=told.append)
    record = runs.train(takes, GROUNDS, asked, tmp_path / "model", around)
    assert record.settings == quick and record.memory == {"batch_asked": 16}
    assert told and as_asked(record.as_json()) == asked.as_json()
    told_ = json.loads((tmp_path / "model" / "model.json").read_text())
    assert told_["memory"] == {"batch_asked": 16} and told_["settings"]["recipe"]["batch"] == 8


def test_embedding_goes_on_with_fewer_windows(monkeypatch: pytest.MonkeyPatch) -> None:
    model, told = build(3, QUICK.shape, 0), list[str]()

    def little(pack: object, batch: int) -> torch.Tensor:
        if batch > 40:
            raise RuntimeError("DefaultCPUAllocator: can't allocate memory")
        return torch.zeros(1, batch)

    monkeypatch.setattr(model, "embed", little)
    room = Room(1, told.append)
    assert room.embed(model, None).shape == (1, 32)
    assert room.notes == {"embedded_at_once": 32} and len(told) == 2
    monkeypatch.setattr(model, "embed", lambda pack, batch: bytearray(1 << 62))
    with pytest.raises(OutOfMemory, match="not even suffice"):
        room.embed(model, None)


def test_what_fits_in_no_way_is_said_with_a_remedy() -> None:
    told, tried = list[str](), list[tuple[int, int]]()
    few = replace(WIDE, recipe=replace(WIDE.recipe, batch=4))

    def train(settings: Settings, side: int) -> bytearray:
        tried.append((settings.recipe.batch, side))
        return bytearray(1 << 62)

    with pytest.raises(OutOfMemory, match=r"batches of 2 takes.*goes on where it stopped"):
        Room(2, told.append).train(few, train)
    assert tried == [(4, 2), (4, 1), (2, 1)]
    assert len(told) == 2
    with pytest.raises(RuntimeError, match="shapes"):
        Room(1, told.append).train(WIDE, fails)


def fails(settings: Settings, side: int) -> None:
    raise RuntimeError("shapes do not fit")


def test_what_was_asked_for_is_told_from_the_record() -> None:
    run = {"settings": {"recipe": {"batch": 4, "seed": 0}}, "memory": {"batch_asked": 16}}
    assert as_asked(run) == {"recipe": {"batch": 16, "seed": 0}}
    assert as_asked({"settings": {"kind": "head"}}) == {"kind": "head"}
    assert not exhausted(RuntimeError("shapes do not fit")) and exhausted(MemoryError())
