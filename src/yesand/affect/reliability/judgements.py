"""Ratings as three columns: which take, who, and which label or value. Everything starts here."""

from __future__ import annotations

from collections.abc import Hashable, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from yesand.affect.reliability.alpha import Floats, Ints, ReliabilityData
from yesand.kernel.errors import BadInput


@dataclass(frozen=True)
class Judgements:
    """One row a rating.

    Attributes
    ----------
    take, rater, label : indices, shape (ratings,).
    takes, raters, labels : what the indices stand for.
    """

    take: Ints
    rater: Ints
    label: Ints
    takes: tuple[Hashable, ...]
    raters: tuple[str, ...]
    labels: tuple[str, ...]

    @classmethod
    def of(cls, rows: Sequence[tuple[Hashable, str, str]], labels: Sequence[str]) -> Judgements:
        """Gather (take, rater, label), in the order in which they come.

        Raises
        ------
        BadInput : a label that is not one of ``labels``.
        """
        takes = {name: k for k, name in enumerate(dict.fromkeys(row[0] for row in rows))}
        raters = {name: k for k, name in enumerate(dict.fromkeys(row[1] for row in rows))}
        known = {name: k for k, name in enumerate(labels)}
        for _, rater, label in rows:
            if label not in known:
                raise BadInput(f"{label[:40]!r} is none of {', '.join(labels)}", where=rater)
        return cls(
            np.array([takes[t] for t, _, _ in rows], dtype=np.int64),
            np.array([raters[r] for _, r, _ in rows], dtype=np.int64),
            np.array([known[one] for _, _, one in rows], dtype=np.int64),
            tuple(takes),
            tuple(raters),
            tuple(labels),
        )

    def __len__(self) -> int:
        """Return how many ratings there are."""
        return len(self.take)

    @property
    def counts(self) -> Ints:
        """Votes, shape (takes, labels)."""
        table = np.zeros((len(self.takes), len(self.labels)), dtype=np.int64)
        np.add.at(table, (self.take, self.label), 1)
        return table

    @property
    def shared(self) -> Judgements:
        """Those of takes that somebody else rated too: what there is to compare raters by."""
        both = self.counts.sum(1)[self.take] > 1
        there, take = np.unique(self.take[both], return_inverse=True)
        takes = tuple(self.takes[k] for k in there)
        return replace(self, take=take, rater=self.rater[both], label=self.label[both], takes=takes)

    @property
    def reliability(self) -> ReliabilityData:
        """The data of nominal α over all takes and raters."""
        return ReliabilityData.of_counts(self.counts)


@dataclass(frozen=True)
class RaterAgreement:
    """How one rater agrees with everybody else: α over the pairs that they are part of.

    The α of all ratings is the mean of the raters' α, weighted by how many ratings each gave.

    Attributes
    ----------
    ratings : of takes that somebody else rated too.
    """

    rater: str
    ratings: int
    alpha: float
    low: float
    high: float


def by_rater(given: Judgements, *, draws: int = 500, seed: int = 0) -> list[RaterAgreement]:
    """Return every rater's agreement with the rest, with its 95 % bootstrap interval over takes."""
    apart, paired, chance = _apart(given)
    rng = np.random.default_rng(seed)
    return [
        _agreement(name, apart[paired & (given.rater == j)], chance, draws, rng)
        for j, name in enumerate(given.raters)
    ]


def _apart(given: Judgements) -> tuple[Floats, Any, float]:
    """Return each rating's share of others who say otherwise, which have others, and D_e."""
    counts = given.counts
    m = counts.sum(1)[given.take]
    same = counts[given.take, given.label] - 1
    paired = m > 1
    apart: Floats = 1 - same / np.maximum(m - 1, 1)
    each = np.bincount(given.label[paired], minlength=len(given.labels)).astype(np.float64)
    n = each.sum()
    chance = float((n**2 - (each**2).sum()) / max(n * (n - 1), 1))
    return apart, paired, chance


def _agreement(
    rater: str, apart: Floats, chance: float, draws: int, rng: np.random.Generator
) -> RaterAgreement:
    if not len(apart) or chance <= 0:
        nothing = float("nan")
        return RaterAgreement(rater, len(apart), nothing, nothing, nothing)
    drawn = apart[rng.integers(0, len(apart), (draws, len(apart)))].mean(1)
    low, high = 1 - np.quantile(drawn, [0.975, 0.025]) / chance
    return RaterAgreement(rater, len(apart), 1 - float(apart.mean()) / chance, low, high)
