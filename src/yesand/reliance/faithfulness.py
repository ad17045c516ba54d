"""Whether a report holds: against retraining it was not made from, and against itself."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from yesand.reliance.inputs import Floats, Ints
from yesand.reliance.panel import Panel
from yesand.reliance.shares import fractions

_SPLITS, _AGAIN, _Z = 10, 100, 1.96
#: A share told from none at 95 % in four measurements of five: 1.96 + 0.84 standard errors.
_POWER = 2.8


@dataclass(frozen=True)
class Faithfulness:
    """Summed effects against the utility of random half-subsets retrained; mean over folds.

    Attributes
    ----------
    subsets : how many were retrained. spearman, pearson : None where it cannot be told.
    points : of each, what the effects foretold and what retraining found, in billionths of a nat
        above its fold's mean.
    """

    subsets: int = 0
    spearman: float | None = None
    pearson: float | None = None
    points: tuple[tuple[int, int], ...] = ()


def half_subsets(players: int, count: int, rng: np.random.Generator) -> Floats:
    """Return ``count`` random halves of the players, (count, players)."""
    order = rng.random((count, players)).argsort(1).argsort(1)
    return (order < (players + 1) // 2).astype(np.float64)


def faithfulness(folds: Sequence[tuple[Floats, Floats, Floats]]) -> Faithfulness:
    """Compare, fold by fold, what effects say of subsets and what retraining says.

    Parameters
    ----------
    folds : members (subsets, players), effects (players,) and retrained utility (subsets,).
    """
    from scipy.stats import pearsonr, spearmanr

    found, count, points = [], 0, list[tuple[int, int]]()
    for members, effects, utility in folds:
        count += len(members)
        said = members @ effects
        points += zip(_above(said), _above(utility), strict=True)
        if len(said) > 2 and np.ptp(said) > 0 and np.ptp(utility) > 0:
            found.append((spearmanr(said, utility)[0], pearsonr(said, utility)[0]))
    if not found:
        return Faithfulness(count, points=tuple(points))
    ranked, scaled = np.mean(found, axis=0)
    return Faithfulness(count, round(float(ranked), 4), round(float(scaled), 4), tuple(points))


def _above(values: Floats) -> list[int]:
    """Return values above their mean, in billionths."""
    if not len(values):
        return []
    parts: list[int] = np.rint((values - values.mean()) * 1e9).astype(int).tolist()
    return parts


def coverage(panel: Panel, rng: np.random.Generator) -> float | None:
    """Return how often two halves of those asked agree within their own 95 % intervals.

    Intervals that tell the truth about their width make it .95: each half's shares are estimated
    with a standard error of their own, and the difference is held against both.
    """
    asked = len(panel.whole)
    if asked < 8 or panel.plays.shape[1] < 3:
        return None
    kept = []
    for _ in range(_SPLITS):
        order = rng.permutation(asked)
        parts = [_half(panel, order[at::2], rng) for at in range(2)]
        (one, spread), (other, wide) = parts
        kept.append(np.abs(one - other) <= _Z * np.hypot(spread, wide))
    return round(float(np.mean(kept)), 4)


def detectable(samples: Floats) -> float:
    """Return the smallest share that can be told from none: from resampled effects (B, n)."""
    return float(_POWER * np.median(fractions(samples).std(0)))


def _half(panel: Panel, rows: Ints, rng: np.random.Generator) -> tuple[Floats, Floats]:
    few = panel.of(rows)
    samples = fractions(few.resampled(_AGAIN, rng).effect)
    # Few who are asked vary too little in a bootstrap.
    widen = np.sqrt(len(rows) / (len(rows) - 1))
    spread: Floats = samples.std(0) * widen
    return fractions(few.effects()), spread
