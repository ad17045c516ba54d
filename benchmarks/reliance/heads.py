"""Heads retrained a second on real actors (RAVDESS), beside scikit-learn one by one.

Both train the very same subsets of performers to the same optimum; scikit-learn does a sample of
them. What is said beside it: how long the whole report takes, and how well its shares agree with
Shapley values by permutation, every step of which is a retraining.
"""

from __future__ import annotations

import os
import time
import warnings
from pathlib import Path

import numpy as np
import soundfile
from scipy.stats import spearmanr
from sklearn.linear_model import LogisticRegression

from benchmarks.harness import ROOT, Result, Unavailable, peak_bytes
from yesand.affect.features import logmel
from yesand.affect.folds import folds
from yesand.kernel.ids import digest_file
from yesand.reliance.estimators import estimator
from yesand.reliance.game import Game, games
from yesand.reliance.inputs import Corpus, Floats, FrozenModel, Inputs, ask
from yesand.reliance.report import RelianceReport
from yesand.reliance.shares import fractions
from yesand.reliance.subsets import design

DATA = Path(os.environ.get("YESAND_DATA", ROOT.parent / "shared" / "data")) / "ravdess"
LABELS = ("neutral", "calm", "happy", "sad", "angry", "fearful", "disgust", "surprised")
WIDTH, SAMPLE, ORDERS = 64, 48, 10


def run() -> Result:
    """Measure a report's retraining beside scikit-learn's, and shares beside Shapley's."""
    inputs = _recordings()
    made = {name: _made(name, inputs) for name in ("datamodel", "aumann-shapley")}
    report, peak = made["datamodel"][0], peak_bytes()
    l2, pairs = float(report.settings["l2"]), int(report.settings["pairs"])
    played = games(inputs)
    subsets = design(played[0].size, pairs, np.random.default_rng([0, 0])).members
    ours, theirs = _rates(played[0], subsets.reshape(-1, played[0].size), l2)
    truth = fractions(_shapley(played, len(report.rows), l2))
    return Result(
        name="reliance",
        what=(
            f"Heads retrained on subsets of 20 of RAVDESS's 24 actors (log-mel statistics, "
            f"{WIDTH} components). Whole reports, 6 folds with intervals, beside permutation "
            f"Shapley by retraining ({2 * ORDERS} orders a fold): "
            + "; ".join(_told(name, *of, truth) for name, of in made.items())
            + "."
        ),
        value=ours,
        unit="heads/s",
        peer="scikit-learn, one by one",
        peer_value=theirs,
        higher_is_better=True,
        peak_bytes=peak,
    )


def _made(name: str, inputs: Inputs) -> tuple[RelianceReport, float]:
    start = time.process_time()
    report = estimator(name).estimate(inputs.model, inputs.corpus, inputs.queries)
    return report, time.process_time() - start


def _told(name: str, report: RelianceReport, spent: float, truth: Floats) -> str:
    shares = np.array([row.share_ppb for row in report.rows]) / 1e9
    losses = [row.leave_one_out for row in report.rows]
    return (
        f"{name} takes {spent:.1f} s of CPU and agrees Spearman {spearmanr(shares, truth)[0]:.3f}, "
        f"at most {np.abs(shares - truth).max() * 100:.2f} points apart, with exact leave-one-out "
        f"{spearmanr(shares, losses)[0]:.3f}, halves of what it draws {report.agreement.halves}"
    )


def _recordings() -> Inputs:
    paths = sorted(DATA.glob("Actor_*/*.flac"))
    if not paths:
        raise Unavailable(f"no recordings at {DATA} (set YESAND_DATA)")
    handles = [path.parent.name for path in paths]
    fold, corpus = folds(handles), _corpus(paths, handles)
    shown = _components(np.stack([_statistics(path) for path in paths]))
    return Inputs(
        FrozenModel("0" * 64, np.broadcast_to(shown, (fold.max() + 1, *shown.shape))),
        corpus,
        ask(corpus, fold),
    )


def _corpus(paths: list[Path], handles: list[str]) -> Corpus:
    performers, owner = np.unique(handles, return_inverse=True)
    return Corpus(
        takes=tuple(digest_file(path) for path in paths),
        performers=tuple(performers.tolist()),
        owner=owner,
        labels=LABELS,
        label=np.array([int(path.name.split("-")[2]) - 1 for path in paths]),
    )


def _statistics(path: Path) -> Floats:
    signal, rate = soundfile.read(path, dtype="float32")
    mel = np.asarray(logmel(signal, rate), dtype=np.float64)
    mel = mel if mel.shape[0] > mel.shape[1] else mel.T
    marks = np.percentile(mel, [10, 90], axis=0)
    return np.concatenate([mel.mean(0), mel.std(0), *marks, np.diff(mel, axis=0).std(0)])


def _components(features: Floats) -> Floats:
    scaled = (features - features.mean(0)) / features.std(0)
    left, size, _ = np.linalg.svd(scaled, full_matrices=False)
    return np.asarray(left[:, :WIDTH] * size[:WIDTH])


def _rates(game: Game, subsets: Floats, l2: float) -> tuple[float, float]:
    start = time.perf_counter()
    ours = game.utility(subsets, l2, lambda heads: None)
    rate = len(subsets) / (time.perf_counter() - start)
    start = time.perf_counter()
    theirs = np.stack([_one_by_one(game, row, l2) for row in subsets[:SAMPLE]])
    peer = SAMPLE / (time.perf_counter() - start)
    assert np.abs(theirs - ours[:SAMPLE]).max() < 1e-3
    return rate, peer


def _one_by_one(game: Game, row: Floats, l2: float) -> Floats:
    trained, asked = game.trained, game.queried
    chosen = row[trained.owner.numpy()] > 0
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        head = LogisticRegression(C=1 / l2, fit_intercept=False, tol=1e-4, max_iter=1_000)
        head.fit(trained.features[chosen].numpy(), trained.label[chosen].numpy())
    chance = head.predict_log_proba(asked.features.numpy())
    # RAVDESS's actors all play every emotion, so that no subset lacks one.
    told = chance[np.arange(len(chance)), asked.label.numpy()]
    whose = np.eye(len(game.asked))[asked.owner.numpy()] * game.weight[:, None]
    return np.asarray(told @ whose)


def _shapley(played: list[Game], performers: int, l2: float) -> Floats:
    """Return Shapley values by permutation, each order with its reverse."""
    rng, total = np.random.default_rng(7), np.zeros(performers)
    for game in played:
        orders = [rng.permutation(game.size) for _ in range(ORDERS)]
        both = np.array([order for one in orders for order in (one, one[::-1])])
        place = both.argsort(1)
        steps = np.arange(game.size + 1)[:, None]
        members = (place[:, None, :] < steps).astype(np.float64)
        flat = game.utility(members.reshape(-1, game.size), l2, lambda heads: None).mean(1)
        gains = np.diff(flat.reshape(len(both), -1), axis=1)
        for order, gain in zip(both, gains, strict=True):
            total[game.players[order]] += gain
    return total
