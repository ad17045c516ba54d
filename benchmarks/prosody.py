"""Prosody beside openSMILE's feature sets: the same classifier, the same folds, the same core.

RAVDESS in EmoBox's six folds by actor; standardised, then logistic regression or a linear SVM
with one setting for all, whichever suits a set better; it suits sets with more features than takes
(eGeMAPS-88 reaches more with a weaker penalty: the benchmark ``emotion``). openSMILE is measured
here and depended on nowhere: its licence bars commercial products. In the same run, of every tenth
take, decoded already: our log-mel, the front end of the models here, beside librosa's.
"""

from __future__ import annotations

import time
import warnings
from collections.abc import Callable
from pathlib import Path

import numpy as np
import opensmile
import torch
from numpy.typing import NDArray
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler
from sklearn.svm import LinearSVC

from benchmarks.features import mel_of_librosa
from benchmarks.harness import Result, least_cpu
from benchmarks.recordings import ravdess
from yesand.affect.evaluating import uar
from yesand.affect.features import RATE, logmel, resampled
from yesand.affect.folds import folds
from yesand.affect.prosody.rows import rows
from yesand.takes.sound import probe, read

Floats = NDArray[np.float64]
#: Stronger than the libraries' own, because features outnumber takes.
_PENALTIES = {"logistic regression": 1e-3, "linear SVM": 1e-4}


def run() -> Result:
    """Describe RAVDESS by each set, and tell emotions by it."""
    takes = ravdess()
    paths = [take.path for take in takes]
    label = np.unique([take.emotion for take in takes], return_inverse=True)[1]
    fold = folds([take.performer for take in takes])
    seconds = sum(probe(path).duration_ms for path in paths) / 1_000
    scores, speeds = {}, {}
    for name, describe in _SETS.items():
        began = time.process_time()
        values = describe(paths)
        speeds[name] = seconds / (time.process_time() - began)
        scores[name] = {how: 100 * _score(values, label, fold, how) for how in _PENALTIES}
    best = {name: max(of.values()) for name, of in scores.items()}
    told = "; ".join(
        f"{name} {speeds[name]:.0f} × realtime, "
        + ", ".join(f"{how} {score:.1f}" for how, score in scores[name].items())
        for name in _SETS
    )
    mel = "log-mel {:,.0f} × realtime, librosa's {:,.0f}".format(*_mel(paths[::10]))
    return Result(
        name="prosody",
        what=(
            f"speaker-independent UAR on RAVDESS, {len(takes)} takes, 8 emotions, 6 folds by actor,"
            f" one core ({told}; {mel})"
        ),
        value=best["ours"],
        unit="% UAR",
        peer="ComParE-6373, the better of the same two classifiers",
        peer_value=best["ComParE-6373"],
        higher_is_better=True,
    )


def _mel(paths: list[Path]) -> tuple[float, float]:
    """Return seconds of sound a second of processor: our log-mel, and librosa's of the same."""
    sounds = [read(path) for path in paths]
    clips = [resampled(sound.mono, sound.rate) for sound in sounds]
    lasting = sum(len(clip) for clip in clips) / RATE
    threads = torch.get_num_threads()
    torch.set_num_threads(1)
    try:
        ours, theirs = least_cpu(
            [
                lambda: [logmel(clip, RATE) for clip in clips],
                lambda: [mel_of_librosa(clip) for clip in clips],
            ],
            turns=5,
        )
    finally:
        torch.set_num_threads(threads)
    return lasting / ours, lasting / theirs


def _score(values: Floats, label: NDArray[np.int64], fold: NDArray[np.int64], how: str) -> float:
    heard = np.empty_like(label)
    for k in np.unique(fold):
        model = make_pipeline(StandardScaler(), _classifier(how))
        model.fit(values[fold != k], label[fold != k])
        heard[fold == k] = model.predict(values[fold == k])
    return uar(label, heard)


def _classifier(how: str) -> LogisticRegression | LinearSVC:
    if how == "linear SVM":
        return LinearSVC(C=_PENALTIES[how], class_weight="balanced", max_iter=5_000)
    return LogisticRegression(C=_PENALTIES[how], class_weight="balanced", max_iter=1_000)


def _smile(name: str) -> Callable[[list[Path]], Floats]:
    def describe(paths: list[Path]) -> Floats:
        smile = opensmile.Smile(
            feature_set=opensmile.FeatureSet[name],
            feature_level=opensmile.FeatureLevel.Functionals,
        )
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            made: Floats = smile.process_files([str(path) for path in paths]).to_numpy()
        return made

    return describe


_SETS: dict[str, Callable[[list[Path]], Floats]] = {
    "ours": rows,
    "eGeMAPS-88": _smile("eGeMAPSv02"),
    "ComParE-6373": _smile("ComParE_2016"),
}
