"""Whether a probability means what it says: calibration errors, and two proper scores."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from yesand.affect.evaluating.recall import Floats, Ints

#: Bins of confidence for the calibration error (Guo et al. 2017, §2: M = 15).
BINS = 15
#: The smallest probability whose logarithm is taken.
LEAST = 1e-12


@dataclass(frozen=True)
class Bin:
    """Takes of about one confidence; both means are NaN where there are none."""

    low: float
    high: float
    takes: int
    confidence: float
    accuracy: float

    def as_json(self) -> dict[str, Any]:
        """Return plain JSON, figures to four decimals."""
        told = {"low": round(self.low, 4), "high": round(self.high, 4), "takes": self.takes}
        if not self.takes:
            return {**told, "confidence": None, "accuracy": None}
        means = {"confidence": round(self.confidence, 4), "accuracy": round(self.accuracy, 4)}
        return {**told, **means}


def calibration_error(probability: Floats, label: Ints) -> float:
    """Return Σ (share of bin) · |accuracy − confidence| over bins of the top probability.

    Guo et al. 2017, eq. 3, bins (m/15, (m+1)/15].

    Parameters
    ----------
    probability : shape (takes, classes), rows add up to one. label : shape (takes,).
    """
    confidence, right = top(probability, label)
    gap = np.bincount(place(confidence), right - confidence, BINS)
    return float(np.abs(gap).sum() / len(label))


def adaptive_error(probability: Floats, label: Ints) -> float:
    """Return the same over bins that hold equally many takes each (Nixon et al. 2019).

    Takes of one confidence lie in one bin, so that their order does not matter.
    """
    confidence, right = top(probability, label)
    rank = np.searchsorted(np.sort(confidence), confidence, side="right")
    bins = -(-rank * BINS // len(label)) - 1
    gap = np.bincount(bins, right - confidence, BINS)
    return float(np.abs(gap).sum() / len(label))


def classwise_error(probability: Floats, label: Ints) -> float:
    """Return the mean over emotions of the error of each one's own probability.

    Static calibration error (Nixon et al. 2019): it also sees what is never the top answer.
    """
    takes, classes = probability.shape
    hit = label[:, None] == np.arange(classes)
    cell = place(probability) + BINS * np.arange(classes)
    gap = np.bincount(cell.ravel(), (hit - probability).ravel(), BINS * classes)
    return float(np.abs(gap).sum() / (takes * classes))


def reliability_bins(probability: Floats, label: Ints) -> tuple[Bin, ...]:
    """Return the fifteen equal-width bins of the reliability diagram."""
    confidence, right = top(probability, label)
    bins = place(confidence)
    takes = np.bincount(bins, minlength=BINS)
    sums = (np.bincount(bins, values, BINS) for values in (confidence, right))
    means = [np.divide(s, takes, out=np.full(BINS, np.nan), where=takes > 0) for s in sums]
    return tuple(
        Bin(k / BINS, (k + 1) / BINS, int(takes[k]), float(means[0][k]), float(means[1][k]))
        for k in range(BINS)
    )


def log_loss(probability: Floats, label: Ints) -> float:
    """Return the mean negative log-likelihood of what was acted, in nats."""
    told = probability[np.arange(len(label)), label]
    return float(-np.log(np.maximum(told, LEAST)).mean())


def brier(probability: Floats, label: Ints) -> float:
    """Return the mean of Σ (p − y)² over the emotions, 0 … 2 (Brier 1950)."""
    apart = probability.copy()
    apart[np.arange(len(label)), label] -= 1
    return float((apart**2).sum(1).mean())


def top(probability: Floats, label: Ints) -> tuple[Floats, Floats]:
    """Return each take's top probability, and 1 where that answer is right, (takes,) each."""
    right = probability.argmax(1) == label
    return probability.max(1), right.astype(np.float64)


def place(share: Floats) -> Ints:
    """Return the equal-width bin, 0 … 14, of each probability."""
    bins: Ints = np.clip(np.ceil(share * BINS).astype(np.int64) - 1, 0, BINS - 1)
    return bins
