"""The example in each method's docstring runs, in a folder where the line has been walked once."""

from __future__ import annotations

import doctest
import shutil
from datetime import UTC, datetime
from pathlib import Path

import pytest
from tests.training.whistles import QUICK, record

import yesand
from yesand.agreements.templates import standard
from yesand.corpus.manifest import load
from yesand.kernel.clock import Period, SetClock
from yesand.royalties.events import write_examples
from yesand.training.services import train

STEPS = [name for name, step in vars(yesand.House).items() if callable(step) and name[0] != "_"]
#: Training takes too long for an example (tests/house/test_line.py trains); closing shows nothing.
UNSHOWN = {"train", "close"}


@pytest.fixture(scope="module")
def walked(empty_house: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Four performers' takes, a house ``H``, a model in service, a month of usage, settled."""
    root, clock = tmp_path_factory.mktemp("walked"), SetClock(datetime(2026, 10, 1, tzinfo=UTC))
    house = yesand.open(shutil.copytree(empty_house, root / "H"), clock=clock)
    agreement = standard("recognition", clock.now().date())
    house.import_corpus(record(root / "takes"), agreement=agreement)
    asked = {"purpose": "emotion-recognition", "use_class": "recognition", "territory": "DE"}
    house.gate(house.request(**asked), out=root / "corpus.json")
    signer = house.place.signer
    manifest = load(root / "corpus.json", {signer.id: signer.public})
    train(house.place, manifest, root / "model", name="voice", settings=QUICK)
    house.deploy(root / "model", name="coach")
    write_examples(root / "usage.jsonl", "coach", Period(2026, 10), 100)
    clock.at = datetime(2026, 11, 2, tzinfo=UTC)
    house.meter(root / "usage.jsonl")
    house.settle("2026-10")
    house.close()
    return root


@pytest.mark.parametrize("step", [name for name in STEPS if name not in UNSHOWN])
def test_every_step_has_an_example_that_runs(
    walked: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, step: str
) -> None:
    monkeypatch.chdir(shutil.copytree(walked, tmp_path / "here"))
    monkeypatch.setenv("YESAND_NOW", "2026-11-02T12:00:00Z")
    method = getattr(yesand.House, step)
    house = yesand.open("H")
    known = {"house": house, "yesand": yesand}
    (example,) = doctest.DocTestFinder(recurse=False).find(method, step, globs=known)
    assert example.examples, f"yesand.House.{step} needs an example in its docstring"
    said: list[str] = []
    runner = doctest.DocTestRunner(optionflags=doctest.ELLIPSIS | doctest.NORMALIZE_WHITESPACE)
    assert runner.run(example, out=said.append).failed == 0, "".join(said)
    house.close()


@pytest.mark.parametrize("step", STEPS)
def test_every_step_says_what_it_does(step: str) -> None:
    assert (getattr(yesand.House, step).__doc__ or "").strip()
