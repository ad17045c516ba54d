"""Does a model still know takes? A membership inference by loss.

A take that a model has learned from tends to have a lower loss than one that it never met (Yeom et
al. 2018, CSF, §III). How often the attack ranks a member before an outsider is its AUC (Hanley &
McNeil 1982): .5 is guessing. Takes differ, so a forgotten performer need not come out at .5, but
where they would in a model that never met them.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.stats import rankdata

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]

RESAMPLES = 1_000
_LEAST = 1e-12


@dataclass(frozen=True)
class Attack:
    """How well the attack does; ``low`` to ``high`` are 95 % over takes drawn anew.

    Attributes
    ----------
    members, outsiders : takes compared, counted once for each model that was asked.
    """

    auc: float
    low: float
    high: float
    members: int
    outsiders: int

    def as_json(self) -> dict[str, Any]:
        """Return plain JSON, to four decimals."""
        rates = {"auc": self.auc, "low": self.low, "high": self.high}
        counts = {"members": self.members, "outsiders": self.outsiders}
        return {**{name: round(rate, 4) for name, rate in rates.items()}, **counts}


def losses(probability: Floats, label: Ints) -> Floats:
    """Return each take's loss in nats, (N,), from probabilities (N, classes)."""
    told: Floats = -np.log(np.maximum(probability[np.arange(len(label)), label], _LEAST))
    return told


def attack(rounds: Sequence[tuple[Floats, Floats]]) -> Attack | None:
    """Return how well members are told from outsiders, or nothing where either lack.

    Parameters
    ----------
    rounds : for each model that was asked, the losses of members and of outsiders. Losses of two
        models are never compared with each other.
    """
    asked = [(inside, outside) for inside, outside in rounds if len(inside) and len(outside)]
    if not asked:
        return None
    luck = np.random.default_rng(0)
    drawn = [
        _mean([(_again(a, luck), _again(b, luck)) for a, b in asked]) for _ in range(RESAMPLES)
    ]
    low, high = np.percentile(drawn, [2.5, 97.5])
    counts = (sum(len(a) for a, _ in asked), sum(len(b) for _, b in asked))
    return Attack(_mean(asked), float(low), float(high), *counts)


def _again(values: Floats, luck: np.random.Generator) -> Floats:
    return values[luck.integers(len(values), size=len(values))]


def _mean(rounds: Sequence[tuple[Floats, Floats]]) -> float:
    """Return the mean AUC, each round by the pairs that it compares."""
    pairs = np.array([len(a) * len(b) for a, b in rounds], dtype=np.float64)
    return float(np.average([auc(a, b) for a, b in rounds], weights=pairs))


def auc(inside: Floats, outside: Floats) -> float:
    """Return how often a member's loss is the lower one of a pair; ties count half."""
    ranks = rankdata(np.concatenate([inside, outside]))
    above = ranks[len(inside) :].sum() - len(outside) * (len(outside) + 1) / 2
    return float(above / (len(inside) * len(outside)))
