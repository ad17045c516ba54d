"""How far a score would move with other performers, or with other takes of the same one."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from yesand.affect.evaluating.calibration import BINS
from yesand.affect.evaluating.recall import Floats, Ints, accuracies, mean_recall, uars

#: As many draws at once as keep a bootstrap's memory small.
_CHUNK = 100
_DRAWS = 1000
#: The normal quantile of 95 %.
_Z = 1.959963984540054


@dataclass(frozen=True)
class Interval:
    """A 95 % interval."""

    low: float
    high: float

    def as_json(self) -> list[float]:
        """Return both ends to four decimals."""
        return [round(self.low, 4), round(self.high, 4)]


def drawn(confusion: Ints, gap: Floats, draws: int = _DRAWS, seed: int = 0) -> dict[str, Interval]:
    """Return 95 % percentile intervals by the bootstrap (Efron & Tibshirani 1993, ch. 13).

    Whole performers are drawn, because takes of one voice are alike: takes would give an interval
    that is too narrow. For the worst performer, takes are then drawn too, within each emotion of
    each performer who was drawn: the lower end would else be whoever is worst today. Of two or
    three performers nearly every draw is alike; so the intervals of UAR and accuracy are never
    narrower than those over the takes (`of_one`). Fewer different takes scatter more, so that
    draws of ECE lie above it and of the worst below: the figure itself is always in its interval.

    Parameters
    ----------
    confusion : takes by (performer, acted, heard), shape (performers, classes, classes).
    gap : Σ (right − confidence) in each bin, shape (performers, bins).

    Returns
    -------
    Of ``uar``, ``accuracy``, ``ece`` and ``worst``; empty where there are fewer than two people.
    """
    people = len(confusion)
    if people < 2:
        return {}
    flat = confusion.reshape(people, -1).astype(np.float64)
    rng = np.random.default_rng(seed)
    found: dict[str, list[Floats]] = {"uar": [], "accuracy": [], "ece": [], "worst": []}
    for start in range(0, draws, _CHUNK):
        some = min(_CHUNK, draws - start)
        weights = rng.multinomial(people, np.full(people, 1 / people), size=some)
        tables = (weights @ flat).reshape(some, *confusion.shape[1:])
        found["uar"].append(uars(tables))
        found["accuracy"].append(accuracies(tables))
        found["ece"].append(np.abs(weights @ gap).sum(1) / tables.sum((1, 2)))
        found["worst"].append(_worst(confusion, weights > 0, rng))
    ends = {name: np.quantile(np.concatenate(v), [0.025, 0.975]) for name, v in found.items()}
    made = {name: Interval(float(low), float(high)) for name, (low, high) in ends.items()}
    whole = confusion.sum(0)
    hits, takes = np.diag(whole), whole.sum(1)
    made["uar"] = _wider(made["uar"], *of_one(hits, takes))
    made["accuracy"] = _wider(made["accuracy"], *of_one(hits.sum()[None], takes.sum()[None]))
    error, worst = np.abs(gap.sum(0)).sum() / takes.sum(), uars(confusion).min()
    made["ece"] = _wider(made["ece"], error, error)
    made["worst"] = _wider(made["worst"], worst, worst)
    return made


def of_one(hits: Ints, takes: Ints) -> tuple[Floats, Floats]:
    """Return the 95 % interval of UARs over the takes that there are, (…, classes) → (…,) twice.

    Wilson's interval of each emotion's recall, put together for their mean (MOVER: Zou & Donner
    2008). It knows doubt also where four of four are right, as a bootstrap does not.
    """
    there = takes > 0
    n = np.maximum(takes, 1)
    share = hits / n
    middle = (share + _Z**2 / (2 * n)) / (1 + _Z**2 / n)
    half = _Z / (1 + _Z**2 / n) * np.sqrt(share * (1 - share) / n + _Z**2 / (4 * n**2))
    count = np.maximum(there.sum(-1), 1)
    mean = mean_recall(hits, takes)
    below = np.sqrt((there * (share - (middle - half)) ** 2).sum(-1)) / count
    above = np.sqrt((there * (middle + half - share) ** 2).sum(-1)) / count
    return np.maximum(mean - below, 0.0), np.minimum(mean + above, 1.0)


def gaps(confidence: Floats, right: Floats, bins: Ints, owner: Ints, owners: int) -> Floats:
    """Return Σ (right − confidence) by (owner, bin), what a calibration error is made of."""
    sums = np.bincount(owner * BINS + bins, right - confidence, owners * BINS)
    return np.asarray(sums, dtype=np.float64).reshape(owners, BINS)


def _wider(one: Interval, low: Any, high: Any) -> Interval:
    return Interval(min(one.low, float(low)), max(one.high, float(high)))


def _worst(confusion: Ints, there: Any, rng: np.random.Generator) -> Floats:
    takes = confusion.sum(2)
    hits = np.diagonal(confusion, axis1=1, axis2=2)
    share = np.divide(hits, takes, out=np.zeros(takes.shape), where=takes > 0)
    again = rng.binomial(takes, share, size=(len(there), *takes.shape))
    rates = mean_recall(again, np.broadcast_to(takes, again.shape))
    least: Floats = np.where(there, rates, np.inf).min(1)
    return least
