"""What a training recorded of itself becomes a report that tells where things stand."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from reliance_factories import frozen, recording
from tests.training.whistles import GROUNDS, PEOPLE, QUICK, examples

from yesand.kernel.errors import BadInput, NotFound
from yesand.reliance.estimators import estimator
from yesand.reliance.inputs import read
from yesand.reliance.inrun.recorder import Recorder
from yesand.reliance.report import RelianceReport
from yesand.reliance.shares import BILLION
from yesand.training import runs
from yesand.training.around import Around
from yesand.training.digest import resources


def report(folder: Path, mix: Any = None) -> RelianceReport:
    given = read(folder, "a" * 64, mix)
    return estimator("recorded").estimate(given.model, given.corpus, given.queries)


@pytest.fixture(scope="module")
def trained(tmp_path_factory: pytest.TempPathFactory) -> list[Path]:
    """Return the same short training, recorded and not."""
    takes = examples(tmp_path_factory.mktemp("troupe"), PEOPLE[:3])
    root = tmp_path_factory.mktemp("models")
    short = replace(QUICK, recipe=replace(QUICK.recipe, least_steps=30))
    for name, recorder in (("recorded", Recorder()), ("plain", None)):
        runs.train(takes, GROUNDS, short, root / name, Around(recorder=recorder))
    return [root / "recorded", root / "plain"]


def test_recording_a_training_changes_nothing_of_it(trained: list[Path]) -> None:
    recorded, plain = (resources(folder) for folder in trained)
    assert recorded.keys() - plain.keys() == {"inrun.npz"}
    assert {name: recorded[name] for name in plain} == plain


def test_a_recorded_training_gives_a_report_that_sets_no_shares(trained: list[Path]) -> None:
    found = report(trained[0])
    assert [row.performer for row in found.rows] == list(PEOPLE[:3])
    assert sum(row.share_ppb for row in found.rows) == BILLION
    assert not found.sets_shares and "day to day" in found.reason
    assert found == report(trained[0])
    assert found.settings["folds"][0]["measured"] > 2


def test_the_record_names_nobody(trained: list[Path]) -> None:
    told = (trained[0] / "inrun.npz").read_bytes()
    assert not [name for name in PEOPLE if name.encode() in told]


def test_performers_are_known_by_their_takes_in_whatever_order_they_stand(tmp_path: Path) -> None:
    frozen(tmp_path / "frozen.npz", performers=6, folds=3)
    found = report(recording(tmp_path))
    shares = [row.share_ppb for row in found.rows]
    assert shares == sorted(shares) and shares[0] < shares[-1]
    # Sums of a first order do not add up to what was gained; they are scaled to it.
    gain = found.utility.all - found.utility.none
    assert abs(sum(row.effect for row in found.rows) - gain) <= len(shares)


def test_a_training_that_was_not_recorded_is_said_with_what_to_do(tmp_path: Path) -> None:
    frozen(tmp_path / "frozen.npz")
    with pytest.raises(NotFound, match="yesand train --record"):
        report(tmp_path)


def test_another_usage_than_was_recorded_is_refused(tmp_path: Path) -> None:
    frozen(tmp_path / "frozen.npz")
    with pytest.raises(BadInput, match="usage"):
        report(recording(tmp_path), {"angry": 1.0})


@pytest.mark.parametrize(
    ("name", "value", "what"),
    [("owner", np.arange(96), "other takes"), ("owner", np.arange(3), "other takes"),
     ("owner", np.repeat(np.arange(8), 12) + 1, "other performers"),
     ("moved", np.zeros((8, 7)), "fit together"), ("moved", np.full((8, 8), np.nan), "none"),
     ("about", np.array("{"), "Not a training")],
)  # fmt: skip
def test_a_record_that_does_not_fit_is_refused(
    tmp_path: Path, name: str, value: Any, what: str
) -> None:
    frozen(tmp_path / "frozen.npz")
    with np.load(recording(tmp_path) / "inrun.npz") as arrays:
        kept = {**arrays, name: value}
    np.savez(tmp_path / "inrun.npz", **kept)
    with pytest.raises(BadInput, match=what):
        report(tmp_path)
