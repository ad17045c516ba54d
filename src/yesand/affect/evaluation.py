"""How well a model reads emotion in voices that it never met, told by its worst performer first."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

Ints = NDArray[np.int64]
Floats = NDArray[np.float64]

#: Equal-width bins of confidence for the calibration error (Guo et al. 2017, §2: M = 15).
BINS = 15


@dataclass(frozen=True)
class Evaluation:
    """Scores of one set of predictions; rates lie in 0 … 1.

    Attributes
    ----------
    uar : unweighted average recall, the mean over emotions of each one's recall (Schuller 2009).
    ece : expected calibration error over 15 equal-width bins of the top probability.
    by_performer : UAR over each performer's own takes.
    confusion : takes by (acted, predicted) emotion, shape (classes, classes).
    """

    labels: tuple[str, ...]
    takes: int
    uar: float
    accuracy: float
    ece: float
    by_performer: dict[str, float]
    confusion: Ints

    @property
    def worst(self) -> tuple[str, float]:
        """The performer for whom it works worst, with their UAR."""
        return min(self.by_performer.items(), key=lambda item: (item[1], item[0]))

    @property
    def spread(self) -> float:
        """Best performer's UAR less the worst one's."""
        return max(self.by_performer.values()) - self.worst[1]

    def as_json(self) -> dict[str, Any]:
        """Return plain JSON, rates to four decimals."""
        handle, rate = self.worst
        return {
            "takes": self.takes,
            "uar": round(self.uar, 4),
            "accuracy": round(self.accuracy, 4),
            "ece": round(self.ece, 4),
            "ece_bins": BINS,
            "worst_performer": {"performer": handle, "uar": round(rate, 4)},
            "spread": round(self.spread, 4),
            "by_performer": {p: round(r, 4) for p, r in sorted(self.by_performer.items())},
            "labels": list(self.labels),
            "confusion": self.confusion.tolist(),
        }


def evaluate(
    probability: Floats, label: Ints, performers: Sequence[str], labels: Sequence[str]
) -> Evaluation:
    """Score predictions.

    Parameters
    ----------
    probability : shape (takes, classes), rows add up to one.
    label : what was acted, shape (takes,).
    """
    chosen = probability.argmax(axis=1)
    confusion = np.zeros((len(labels), len(labels)), dtype=np.int64)
    np.add.at(confusion, (label, chosen), 1)
    owner = np.asarray(performers)
    by_performer = {str(p): uar(label[owner == p], chosen[owner == p]) for p in np.unique(owner)}
    return Evaluation(
        labels=tuple(labels),
        takes=len(label),
        uar=uar(label, chosen),
        accuracy=float((label == chosen).mean()),
        ece=calibration_error(probability, label),
        by_performer=by_performer,
        confusion=confusion,
    )


def uar(label: Ints, chosen: Ints) -> float:
    """Return the mean recall over the emotions that occur."""
    return float(np.mean([(chosen[label == c] == c).mean() for c in np.unique(label)]))


def calibration_error(probability: Floats, label: Ints) -> float:
    """Return Σ (share of bin) · |accuracy − confidence| over bins of the top probability.

    Guo et al. 2017, eq. 3, bins (m/15, (m+1)/15].
    """
    confidence, right = probability.max(axis=1), probability.argmax(axis=1) == label
    bins = np.clip(np.ceil(confidence * BINS).astype(int) - 1, 0, BINS - 1)
    gap = np.bincount(bins, right - confidence, BINS)
    return float(np.abs(gap).sum() / len(label))
