"""Values on an axis (valence, arousal, dominance): what is rated, and each rater's bias and noise.

x = t + b + e with t ~ N(μ, τ²) for each take, b a rater's constant bias and e ~ N(0, σ²) with a
rater's own σ: a random-effects model (Searle, Casella & McCulloch 1992, ch. 4) whose error differs
between raters, fitted by EM.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from yesand.affect.reliability.alpha import Floats, Ints
from yesand.kernel.errors import BadInput

_ROUNDS = 500
_ENOUGH = 1e-7
#: A rater is begun with as if they had given so many ratings with everybody's noise.
_PRIOR = 2.0


@dataclass(frozen=True)
class Axis:
    """One axis as its raters see it.

    Attributes
    ----------
    value, error : each take's value and its standard error, shape (takes,).
    bias, noise : each rater's, shape (raters,); biases average to nothing over all ratings.
    spread : τ, how far takes differ.
    """

    value: Floats
    error: Floats
    bias: Floats
    noise: Floats
    spread: float


def fit(take: Any, rater: Any, value: Any) -> Axis:
    """Fit the model.

    Parameters
    ----------
    take, rater : indices from 0, shape (ratings,). value : shape (ratings,).

    Raises
    ------
    BadInput : no ratings, or a value that is no finite number.
    """
    u, j, x = np.asarray(take), np.asarray(rater), np.asarray(value, dtype=np.float64)
    if not len(x) or not np.isfinite(x).all():
        raise BadInput("Values on an axis must be finite numbers, and at least one")
    takes, people = int(u.max()) + 1, int(j.max()) + 1
    number = np.bincount(j, minlength=people)
    bias = np.zeros(people)
    common = max(_within(u, x, takes), 1e-12)
    noise = np.full(people, common)
    mean, spread = float(x.mean()), max(float(x.var()) - common, 0.1 * common)
    t, v = np.zeros(takes), np.zeros(takes)
    for _ in range(_ROUNDS):
        weight = 1 / noise[j]
        v = 1 / (1 / spread + np.bincount(u, weight, takes))
        before, t = t, v * (mean / spread + np.bincount(u, weight * (x - bias[j]), takes))
        bias = np.bincount(j, x - t[u], people) / (number + _PRIOR)
        bias -= float((number * bias).sum() / number.sum())
        left = (x - bias[j] - t[u]) ** 2 + v[u]
        noise = (np.bincount(j, left, people) + _PRIOR * common) / (number + _PRIOR)
        mean, spread = float(t.mean()), max(float(((t - t.mean()) ** 2 + v).mean()), 1e-12)
        if np.abs(t - before).max() <= _ENOUGH * max(np.sqrt(spread), 1e-6):
            break
    return Axis(t, np.sqrt(v), bias, np.sqrt(noise), float(np.sqrt(spread)))


def _within(take: Ints, x: Floats, takes: int) -> float:
    """Return the variance between ratings of one take, pooled."""
    number = np.bincount(take, minlength=takes)
    mean = np.bincount(take, x, takes) / np.maximum(number, 1)
    freedom = int((number - 1)[number > 0].sum())
    return float(((x - mean[take]) ** 2).sum() / freedom) if freedom else float(x.var()) / 2
