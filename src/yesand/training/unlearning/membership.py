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
Bools = NDArray[np.bool_]

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


@dataclass(frozen=True, eq=False)
class Round:
    """What one model was asked.

    Attributes
    ----------
    members, outsiders : losses of takes that it learned from and of others, (M,) and (O,).
    member, outsider : which takes these are, (M,) and (O,): the same number is the same take in
        every round.
    """

    members: Floats
    outsiders: Floats
    member: Ints
    outsider: Ints

    @classmethod
    def of(cls, loss: Floats, members: Bools, outsiders: Bools) -> Round:
        """Return it from the losses of all takes, (N,), and who is a member or an outsider."""
        inside, outside = np.flatnonzero(members), np.flatnonzero(outsiders)
        return cls(loss[inside], loss[outside], inside, outside)

    @property
    def pairs(self) -> int:
        """How many are compared."""
        return len(self.members) * len(self.outsiders)

    def drawn(self, inside: Ints, outside: Ints) -> Round:
        """Return it with each take so many times, by its number."""
        members, outsiders = inside[self.member], outside[self.outsider]
        return Round(
            np.repeat(self.members, members),
            np.repeat(self.outsiders, outsiders),
            np.repeat(self.member, members),
            np.repeat(self.outsider, outsiders),
        )


def attack(rounds: Sequence[Round]) -> Attack | None:
    """Return how well members are told from outsiders, or nothing where either lack.

    Losses of two models are never compared with each other. Takes are drawn anew once for all of
    the models: what several of them say of one take is no more evidence than one take's.

    Parameters
    ----------
    rounds : one for each model that was asked.
    """
    asked = [one for one in rounds if one.pairs]
    if not asked:
        return None
    luck = np.random.default_rng(0)
    inside = np.unique(np.concatenate([one.member for one in asked]))
    outside = np.unique(np.concatenate([one.outsider for one in asked]))
    drawn = list[float]()
    for _ in range(RESAMPLES):
        times = _times(inside, luck), _times(outside, luck)
        again = [made for one in asked if (made := one.drawn(*times)).pairs]
        drawn += [_mean(again)] if again else []
    low, high = np.percentile(drawn, [2.5, 97.5])
    counts = (sum(len(one.members) for one in asked), sum(len(one.outsiders) for one in asked))
    return Attack(_mean(asked), float(low), float(high), *counts)


def _times(takes: Ints, luck: np.random.Generator) -> Ints:
    """Return how often each take is drawn, by its number."""
    drawn = takes[luck.integers(len(takes), size=len(takes))]
    return np.bincount(drawn, minlength=int(takes[-1]) + 1)


def _mean(rounds: Sequence[Round]) -> float:
    """Return the mean AUC, each round by the pairs that it compares."""
    pairs = np.array([one.pairs for one in rounds], dtype=np.float64)
    return float(np.average([auc(one.members, one.outsiders) for one in rounds], weights=pairs))


def auc(inside: Floats, outside: Floats) -> float:
    """Return how often a member's loss is the lower one of a pair; ties count half."""
    ranks = rankdata(np.concatenate([inside, outside]))
    above = ranks[len(inside) :].sum() - len(outside) * (len(outside) + 1) / 2
    return float(above / (len(inside) * len(outside)))
