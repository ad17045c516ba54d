from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sklearn.metrics import balanced_accuracy_score

from yesand.affect import plots
from yesand.affect.evaluating import Evaluation, calibration_error, evaluate, uar

LABELS = ("angry", "calm", "sad")


def judged() -> Evaluation:
    chosen = np.array([0, 0, 1, 2, 2, 2, 0, 1])
    label = np.array([0, 0, 1, 2, 0, 1, 1, 2])
    sure = np.eye(3)[chosen] * 0.7 + 0.1
    return evaluate(sure, label, ["Alba"] * 4 + ["Bert"] * 4, LABELS)


def test_the_worst_performer_is_named_with_their_own_score() -> None:
    made = judged()
    assert made.worst == ("Bert", 0.0) and made.by_performer["Alba"] == 1.0
    assert made.spread == 1.0 and made.accuracy == 0.5
    assert made.confusion.tolist() == [[2, 0, 1], [1, 1, 1], [0, 1, 1]]


def test_calibration_error_is_the_gap_between_confidence_and_accuracy() -> None:
    assert judged().ece == pytest.approx(0.8 - 0.5)
    sure = np.tile([0.75, 0.25], (4, 1))
    assert calibration_error(sure, np.array([0, 0, 0, 1])) == pytest.approx(0)


@given(st.lists(st.tuples(st.integers(0, 3), st.integers(0, 3)), min_size=1))
@settings(deadline=None)
@pytest.mark.filterwarnings("ignore:y_pred contains classes:UserWarning")
@pytest.mark.filterwarnings("ignore:A single label was found:UserWarning")
def test_uar_agrees_with_scikit_learn(pairs: list[tuple[int, int]]) -> None:
    label, chosen = np.array(pairs).T
    assert uar(label, chosen) == pytest.approx(balanced_accuracy_score(label, chosen))


def test_the_confusion_plot_is_reproducible_and_transparent(tmp_path: Path) -> None:
    first, again, png = tmp_path / "a.svg", tmp_path / "b.svg", tmp_path / "a.png"
    plots.confusion(judged(), first, png)
    plots.confusion(judged(), again)
    assert first.read_bytes() == again.read_bytes()
    assert png.read_bytes().startswith(b"\x89PNG") and "<script" not in first.read_text()
