"""The table's columns: how an estimate agrees with retraining, with itself, with its promises."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.stats import pearsonr, spearmanr, t

from benchmarks.reliance.scene import Stage
from benchmarks.reliance.truth import Truth
from yesand.reliance.shares import fractions

Floats = NDArray[np.float64]
NOMINAL = 0.95
Columns = dict[str, float | None]
Correlation = Callable[[Floats, Floats], float]


@dataclass(frozen=True)
class Scored:
    """What an estimator says of one game; positive for who helps.

    Attributes
    ----------
    total : (seeds, size) for the utility of all queries.
    each : (size, Q) for each query, where the estimator tells.
    gain : U(all) − U(none) of its own seeds, if its values promise to add up to that.
    """

    total: Floats
    each: Floats | None = None
    gain: float | None = None


def columns(stage: Stage, scored: Sequence[Scored], truths: Sequence[Truth]) -> Columns:
    """Return every column but the costs."""
    ours = together(stage, [one.total for one in scored])
    shapley = together(stage, [truth.shapley for truth in truths])
    without = together(stage, [truth.without.mean(2) for truth in truths])
    mean, loss, value = ours.mean(0), without.mean(0), shapley.mean(0)
    wrong = np.abs(fractions(mean) - fractions(value))
    return {
        "lds_query": _each(scored, truths),
        "lds": _mean([_lds(s.total.mean(0), tr) for s, tr in zip(scored, truths, strict=True)]),
        "without_spearman": _rank(mean, loss),
        "without_pearson": _line(mean, loss),
        "shapley_spearman": _rank(mean, value),
        "shapley_pearson": _line(mean, value),
        "share_error": 100 * float(wrong.max()),
        "coverage": coverage(ours, shapley),
        "additivity": _additivity(scored),
        "halves": _halves(ours, _rank),
        "one_seed": _pairs(ours),
    }


def ceiling(stage: Stage, truths: Sequence[Truth]) -> Columns:
    """Return how well two halves of the truth agree, the seeds of either being its own."""
    shapley = together(stage, [truth.shapley for truth in truths])
    without = together(stage, [truth.without.mean(2) for truth in truths])
    first, second = shapley[::2].mean(0), shapley[1::2].mean(0)
    one, other = without[::2].mean(0), without[1::2].mean(0)
    return {
        "lds_query": _mean([_half_queries(truth) for truth in truths]),
        "lds": _mean([_half_seeds(truth) for truth in truths]),
        "without_spearman": _rank(one, other),
        "without_pearson": _line(one, other),
        "shapley_spearman": _rank(first, second),
        "shapley_pearson": _line(first, second),
        "share_error": 100 * float(np.abs(fractions(first) - fractions(second)).max()),
        "coverage": None,
        "additivity": 0.0,
        "halves": _rank(first, second),
        "one_seed": _pairs(shapley),
    }


def together(stage: Stage, values: Sequence[NDArray[np.floating]]) -> Floats:
    """Return (rows, performers), added up over the games and divided by how many there are."""
    rows = min(len(value) for value in values)
    found = np.zeros((rows, len(stage.performers)))
    for scene, value in zip(stage.scenes, values, strict=True):
        found[:, list(scene.players)] += value[:rows] / len(stage.scenes)
    return found


def coverage(ours: Floats, truth: Floats) -> float | None:
    """Return how many per cent of the performers' true shares lie within our intervals.

    Student's intervals over our seeds, and, as the truth is a sample too, over its orders.
    """
    if len(ours) < 3:
        return None
    mine, theirs = _shares(ours), _shares(truth)
    spread = np.sqrt(mine.var(0, ddof=1) / len(mine) + theirs.var(0, ddof=1) / len(theirs))
    wide = t.ppf((1 + NOMINAL) / 2, len(mine) - 1) * spread
    near = np.abs(mine.mean(0) - theirs.mean(0)) <= wide
    return 100 * float(near.mean())


def _shares(values: Floats) -> Floats:
    """Return each row as parts of the mean row's whole: linear, so that no row's clipping bends."""
    whole: Floats = values / np.clip(values.mean(0), 0, None).sum()
    return whole


def _each(scored: Sequence[Scored], truths: Sequence[Truth]) -> float | None:
    found = []
    for one, truth in zip(scored, truths, strict=True):
        if one.each is None:
            return None
        told, true = truth.members @ one.each, -truth.half.mean(0)
        found += [_rank(told[:, q], true[:, q]) for q in range(true.shape[1])]
    return _mean(found)


def _lds(total: Floats, truth: Truth) -> float:
    return _rank(truth.members @ total, -truth.half.mean((0, 2)))


def _half_seeds(truth: Truth) -> float:
    value = truth.half.mean(2)
    return _rank(value[::2].mean(0), value[1::2].mean(0))


def _half_queries(truth: Truth) -> float:
    one, other = truth.half[::2].mean(0), truth.half[1::2].mean(0)
    return _mean([_rank(one[:, q], other[:, q]) for q in range(one.shape[1])])


def _additivity(scored: Sequence[Scored]) -> float | None:
    parts = [(one.total.mean(0).sum(), one.gain) for one in scored if one.gain is not None]
    if not parts:
        return None
    told, true = sum(part for part, _ in parts), sum(gain for _, gain in parts)
    return 100 * abs(float(told - true) / float(true))


def _halves(ours: Floats, correlation: Correlation) -> float | None:
    return None if len(ours) < 2 else correlation(ours[::2].mean(0), ours[1::2].mean(0))


def _pairs(ours: Floats) -> float | None:
    """Return how well one seed agrees with another, on average."""
    rows = ours[:8]
    found = [_rank(a, b) for i, a in enumerate(rows) for b in rows[:i]]
    return _mean(found) if found else None


def _rank(one: Floats, other: Floats) -> float:
    if np.ptp(one) == 0 or np.ptp(other) == 0:
        return 0.0
    return float(spearmanr(one, other)[0])


def _line(one: Floats, other: Floats) -> float:
    return float(pearsonr(one, other)[0])


def _mean(values: Sequence[float]) -> float:
    return float(np.mean(values))
