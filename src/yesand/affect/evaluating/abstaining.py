"""What a model gains by saying nothing where it is unsure: coverage against what is right."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from yesand.affect.evaluating.calibration import top
from yesand.affect.evaluating.recall import Floats, Ints, mean_recall

#: The shares of takes on which it answers that are told: 5 %, 10 % … all.
COVERAGES = tuple(k / 20 for k in range(1, 21))


@dataclass(frozen=True)
class Answered:
    """How well it does on the takes that it is surest of.

    Attributes
    ----------
    confidence : the least top probability that is answered.
    emotions : how many are still among them. With fewer, UAR is the mean of fewer.
    """

    coverage: float
    takes: int
    confidence: float
    accuracy: float
    uar: float
    emotions: int

    def as_json(self) -> dict[str, Any]:
        """Return plain JSON, figures to four decimals."""
        told = {name: getattr(self, name) for name in ("coverage", "confidence", "accuracy", "uar")}
        rounded = {name: round(value, 4) for name, value in told.items()}
        return {**rounded, "takes": self.takes, "emotions": self.emotions}


@dataclass(frozen=True)
class Abstention:
    """The curve, and the area under risk–coverage: the mean error over all coverages.

    Attributes
    ----------
    area : AURC (Geifman & El-Yaniv 2017); at most the error that is made without abstaining, if
        the confidence is worth anything.
    least_area : the same if it were least sure of exactly its errors.
    """

    points: tuple[Answered, ...]
    area: float
    least_area: float

    def as_json(self) -> dict[str, Any]:
        """Return plain JSON, figures to four decimals."""
        areas = {"area": round(self.area, 4), "least_area": round(self.least_area, 4)}
        return {**areas, "points": [point.as_json() for point in self.points]}


def abstention(probability: Floats, label: Ints) -> Abstention:
    """Return how well a model does on the takes that it is surest of, by its top probability.

    Of takes with one confidence each counts by parts, as if any were answered first: the order in
    which takes are given does not matter.

    Parameters
    ----------
    probability : shape (takes, classes), rows add up to one. label : shape (takes,).
    """
    confidence, right = top(probability, label)
    # The surest first: distinct confidences, and each one's takes and hits by emotion.
    steps, step = np.unique(-confidence, return_inverse=True)
    takes = np.zeros((len(steps), probability.shape[1]))
    hits = takes.copy()
    np.add.at(takes, (step, label), 1)
    np.add.at(hits, (step, label), right)
    every = np.arange(1, len(label) + 1)
    risk = 1 - _upto(hits.sum(1)[:, None], takes.sum(1), every)[:, 0] / every
    chosen = np.array([-(-len(label) * k // len(COVERAGES)) for k in range(1, len(COVERAGES) + 1)])
    answered, hit = _upto(takes, takes.sum(1), chosen), _upto(hits, takes.sum(1), chosen)
    limit = -steps[np.searchsorted(takes.sum(1).cumsum(), chosen)]
    points = tuple(
        Answered(c, int(k), float(s), float(h.sum() / k), float(u), int((a > 0).sum()))
        for c, k, s, h, a, u in zip(
            COVERAGES, chosen, limit, hit, answered, mean_recall(hit, answered), strict=True
        )
    )
    return Abstention(points, float(risk.mean()), _least(int((1 - right).sum()), len(label)))


def _upto(amount: Floats, takes: Floats, chosen: Ints) -> Floats:
    """Return how much there is among the first so many takes, shape (chosen, columns).

    Parameters
    ----------
    amount : in each step, shape (steps, columns). takes : in each step, shape (steps,).
    """
    ends = takes.cumsum()
    whole = np.vstack([np.zeros(amount.shape[1]), amount.cumsum(0)])
    step = np.searchsorted(ends, chosen)
    part = (chosen - (ends[step] - takes[step])) / takes[step]
    found: Floats = whole[step] + part[:, None] * amount[step]
    return found


def _least(errors: int, takes: int) -> float:
    last = np.arange(takes - errors + 1, takes + 1)
    return float(((last - (takes - errors)) / last).sum() / takes)
