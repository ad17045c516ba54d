"""Voice emotion on RAVDESS, speaker-independent, beside eGeMAPS-88 with logistic regression.

Both on EmoBox's six folds in the same run. openSMILE is measured here and depended on nowhere: its
licence bars commercial products.
"""

from __future__ import annotations

import warnings
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np
import opensmile
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

from benchmarks.harness import Result
from benchmarks.recordings import RAVDESS, ravdess
from yesand.affect.evaluating import uar
from yesand.affect.folds import folds
from yesand.training import runs
from yesand.training.examples import Example, Settings
from yesand.training.grounds import Grounds

_GROUNDS = Grounds("0" * 64, "benchmark", 0, dict.fromkeys(
    ("licensee", "purpose", "use_class", "territory", "commercial"), ""), {})  # fmt: skip


def run() -> Result:
    """Train and score both."""
    takes = ravdess()
    with TemporaryDirectory() as folder:
        record = runs.train(takes, _GROUNDS, Settings(), Path(folder) / "model")
    peer = 100 * egemaps(takes)
    scores = record.scores
    return Result(
        name="emotion",
        what=(
            f"speaker-independent UAR on RAVDESS, {len(takes)} takes, 8 emotions, 6 folds by actor"
            f" (ours: accuracy {100 * scores.accuracy:.1f} %, calibration error {scores.ece:.3f},"
            f" worst {scores.worst[0]} {100 * scores.worst[1]:.1f} %)"
        ),
        value=100 * scores.uar,
        unit="% UAR",
        peer="eGeMAPS-88 + logistic regression",
        peer_value=peer,
        higher_is_better=True,
    )


def egemaps(takes: list[Example]) -> float:
    """Return the UAR of standardised eGeMAPS functionals with logistic regression."""
    smile = opensmile.Smile(
        feature_set=opensmile.FeatureSet.eGeMAPSv02,
        feature_level=opensmile.FeatureLevel.Functionals,
    )
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        values = smile.process_files([str(take.path) for take in takes]).to_numpy()
    label = np.array([RAVDESS.index(take.emotion) for take in takes])
    fold = folds([take.performer for take in takes])
    heard = np.empty_like(label)
    for k in np.unique(fold):
        model = make_pipeline(StandardScaler(), LogisticRegression(max_iter=2_000))
        model.fit(values[fold != k], label[fold != k])
        heard[fold == k] = model.predict(values[fold == k])
    return uar(label, heard)
