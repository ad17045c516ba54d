"""Killed at any instant, an import resumes to the state of a clean run."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import pytest

import yesand
from yesand.kernel.clock import SetClock
from yesand.kernel.ids import digest_of
from yesand.provenance.models import Entry
from yesand.takes.media import MediaStore
from yesand.takes.models import Fault, Session, Take
from yesand.takes.records.services import take_payload
from yesand.takes.services import import_corpus

Record = Callable[..., Path]

#: Imports in a process of its own, and dies at the n-th call of one function, before or after it.
CHILD = """
import importlib, itertools, os, signal, sys
from datetime import UTC, datetime
from pathlib import Path
import yesand
from yesand.kernel.clock import SetClock

house, corpus, target, when, nth = sys.argv[1:]
opened = yesand.open(house, clock=SetClock(datetime(2026, 10, 1, tzinfo=UTC)))
from yesand.takes.services import import_corpus

if target:
    module, *path, name = target.split(":")
    owner = importlib.import_module(module)
    for part in path:
        owner = getattr(owner, part)
    real, calls = getattr(owner, name), itertools.count(1)

    def deadly(*args, **kwargs):
        mine = next(calls)  # several threads call: each keeps its own number
        if when == "before" and mine == int(nth):
            os.kill(os.getpid(), signal.SIGKILL)
        result = real(*args, **kwargs)
        if when == "after" and mine == int(nth):
            os.kill(os.getpid(), signal.SIGKILL)
        return result

    setattr(owner, name, deadly)
print("ready", flush=True)
import_corpus(opened.place, Path(corpus), batch=4)
"""
INSTANTS = [
    ("yesand.takes.media:MediaStore:stage", "after", 6),
    ("yesand.takes.media:MediaStore:keep", "before", 2),
    ("yesand.takes.media:MediaStore:keep", "after", 2),
    ("pathlib:Path:replace", "after", 8),
    ("yesand.people.services:join", "after", 2),
    ("yesand.agreements.services:sign", "after", 2),
    ("yesand.provenance.services:record_many", "after", 7),
    ("yesand.takes.services:Take:objects:bulk_create", "after", 2),
    ("yesand.takes.services:_Import:_dispute", "after", 3),
    ("yesand.takes.services:_Import:_tell", "before", 1),
    ("yesand.takes.services:_Import:_tell", "before", 3),
]  # fmt: skip


@pytest.fixture(scope="module")
def corpus(tmp_path_factory: pytest.TempPathFactory, record: Record) -> Path:
    """Four performers, three takes each; one dispute, one duplicate, one broken file."""
    root = tmp_path_factory.mktemp("interrupted") / "ravdess"
    for actor in range(1, 5):
        for emotion in (1, 3, 4):
            name = f"03-01-{emotion:02d}-01-01-01-{actor:02d}.flac"
            seed = 77 if emotion == 1 and actor in (1, 4) else 10 * actor + emotion
            record(root / f"Actor_{actor:02d}" / name, seed=seed)
    record(root / "Actor_02" / "03-01-05-01-01-01-02.flac", seed=23)
    (root / "Actor_02" / "03-01-05-01-01-02-02.wav").write_text("no sound")
    return root


def _child(house: Path, corpus: Path, *instant: str) -> subprocess.Popen[str]:
    arguments = instant or ("", "", "0")
    return subprocess.Popen(
        [sys.executable, "-c", CHILD, str(house), str(corpus), *arguments],
        stdout=subprocess.PIPE,
        text=True,
        env={**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)},
    )


def _state(house: yesand.House) -> tuple[object, ...]:
    """What must be equal; keys, salts and order of arrival are each house's own."""
    takes = list(Take.objects.select_related("entry", "performer", "session", "scene"))
    assert all(t.entry.record == digest_of(take_payload(t)) for t in takes)
    indices = list(Entry.objects.values_list("index", flat=True))
    assert indices == list(range(len(indices)))
    return (
        sorted(
            (t.performer.handle, t.sha256, t.emotion, t.state, t.original_name, t.session.corpus)
            for t in takes
        ),
        Counter(Entry.objects.values_list("kind", flat=True)),
        MediaStore(house.place.media).names(),
        sorted(str(p.relative_to(house.place.media)) for p in house.place.media.rglob("*.*")),
        sorted(Fault.objects.values_list("path", "reason")),
        sorted(Session.objects.values_list("performer__handle", "agreement__kind")),
    )


@pytest.fixture(scope="module")
def clean(
    empty_house: Path, corpus: Path, tmp_path_factory: pytest.TempPathFactory
) -> tuple[object, ...]:
    """The state after an import that nothing disturbed, in a house of its own."""
    root = tmp_path_factory.mktemp("clean") / "house"
    shutil.copytree(empty_house, root)
    opened = yesand.open(root, clock=SetClock(datetime(2026, 10, 1, tzinfo=UTC)))
    import_corpus(opened.place, corpus, batch=4)
    state = _state(opened)
    opened.close()
    return state


@pytest.mark.parametrize(("target", "when", "nth"), INSTANTS)
def test_killed_at_an_instant_it_resumes_to_the_state_of_a_clean_run(
    clean: tuple[object, ...],
    house: yesand.House,
    corpus: Path,
    target: str,
    when: str,
    nth: int,
) -> None:
    killed = _child(house.place.root, corpus, target, when, str(nth))
    killed.communicate(timeout=120)
    assert killed.returncode == -signal.SIGKILL, "the instant was never reached"
    report = import_corpus(house.place, corpus, batch=4)
    assert report.total == 14
    assert _state(house) == clean


@pytest.mark.slow
@pytest.mark.parametrize("delay", [0.02, 0.1])
def test_killed_from_outside_again_and_again_it_arrives_all_the_same(
    clean: tuple[object, ...], house: yesand.House, corpus: Path, delay: float
) -> None:
    for turn in range(3):
        child = _child(house.place.root, corpus)
        assert child.stdout is not None
        child.stdout.readline()
        time.sleep(delay * (turn + 1))
        child.kill()
        child.communicate(timeout=60)
    import_corpus(house.place, corpus, batch=4)
    assert _state(house) == clean
