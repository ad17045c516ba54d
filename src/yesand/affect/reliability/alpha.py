"""Krippendorff's α, with its interval: agreement beyond chance, whoever is missing.

α = 1 − D_o / D_e (Krippendorff 2011, "Computing Krippendorff's Alpha-Reliability"): 1 is perfect
agreement, 0 is what chance gives, below 0 is systematic disagreement. For every level D_o and D_e
follow from sums over units, so a bootstrap costs one matrix product.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from yesand.kernel.errors import BadInput

Ints = NDArray[np.int64]
Floats = NDArray[np.float64]

LEVELS = ("nominal", "ordinal", "interval", "ratio")
#: Ordinal and ratio α keep a table of values by values for each unit.
MOST_VALUES = 101
#: As many units' weights at once as keep a bootstrap's memory small.
_CHUNK = 100
#: What sums of some thousand squares lose by rounding, as a part of them.
_ROUNDING = 1e-12


@dataclass(frozen=True)
class ReliabilityData:
    """What α needs to know of ratings, unit by unit.

    Attributes
    ----------
    values : the distinct values, ascending, shape (values,); unused for the interval level.
    rows : sufficient statistics, shape (units, k); units with fewer than two ratings are zero.
    """

    level: str
    values: Floats
    rows: Floats

    @classmethod
    def of_ratings(cls, ratings: Any, level: str = "nominal") -> ReliabilityData:
        """Read ratings as they were given.

        Parameters
        ----------
        ratings : shape (units, raters), NaN where a rater did not rate. Nominal values may be any
            numbers.

        Raises
        ------
        BadInput : no such level, no table, an infinite value, or (ratio) a negative one.
        """
        table = np.asarray(ratings, dtype=np.float64)
        if table.ndim != 2 or np.isinf(table).any():
            raise BadInput("Ratings must be a table of units by raters, with finite values")
        if level == "interval":
            there = ~np.isnan(table)
            x = np.where(there, table - _least(table[there]), 0.0)
            moments = (there.sum(1).astype(float), x.sum(1), (x**2).sum(1))
            return cls(_checked(level), np.empty(0), _moments(*moments))
        values = np.unique(table[~np.isnan(table)])
        counts = np.stack([(table == v).sum(1) for v in values], axis=1) if len(values) else None
        if counts is None:
            counts, values = np.zeros((len(table), 1), np.int64), np.zeros(1)
        return cls.of_counts(counts, level, values)

    @classmethod
    def of_counts(
        cls, counts: Any, level: str = "nominal", values: Sequence[float] | Floats | None = None
    ) -> ReliabilityData:
        """Read how many raters gave each value, as corpora publish it.

        Parameters
        ----------
        counts : shape (units, values). values : what the columns stand for; none: 0, 1, 2 …

        Raises
        ------
        BadInput : no such level, a negative count, or (ratio) a negative value.
        """
        n = np.asarray(counts, dtype=np.float64)
        if n.ndim != 2 or not np.isfinite(n).all() or (n < 0).any():
            raise BadInput("Counts must be a table of units by values, none of them negative")
        given = np.arange(n.shape[1], dtype=np.float64) if values is None else np.asarray(values)
        v = given.astype(np.float64)
        order = np.argsort(v)
        n, v = n[:, order], v[order]
        if _checked(level) == "interval":
            x = v - _least(v)
            return cls(level, v, _moments(n.sum(1), n @ x, n @ x**2))
        if level == "ratio" and (v < 0).any():
            raise BadInput("A ratio scale has no values below zero")
        return cls(level, v, _tables(n, level))

    def alpha(self) -> float:
        """Return α; NaN where nothing can be compared, or where all ratings are one value."""
        return float(self._alphas(self.rows.sum(0)[None])[0])

    def interval(
        self,
        clusters: Sequence[Any] | NDArray[Any] | None = None,
        *,
        draws: int = 1000,
        seed: int = 0,
        confidence: float = 0.95,
    ) -> tuple[float, float]:
        """Return α's percentile interval by the bootstrap (Efron & Tibshirani 1993, ch. 13).

        Parameters
        ----------
        clusters : what is drawn, shape (units,), e.g. each unit's performer: takes of one voice
            are alike, and whole performers give the honest, wider interval; none: units.
        """
        rows = self.rows if clusters is None else _gathered(self.rows, np.asarray(clusters))
        if not len(rows):
            return float("nan"), float("nan")
        rng = np.random.default_rng(seed)
        even = np.full(len(rows), 1 / len(rows))
        drawn = []
        for start in range(0, draws, _CHUNK):
            weights = rng.multinomial(len(rows), even, size=min(_CHUNK, draws - start))
            drawn.append(self._alphas(weights @ rows))
        found = np.concatenate(drawn)
        found = found[~np.isnan(found)]
        if not len(found):
            return float("nan"), float("nan")
        tail = (1 - confidence) / 2
        low, high = np.quantile(found, [tail, 1 - tail])
        return float(low), float(high)

    def _alphas(self, sums: Floats) -> Floats:
        """Return α for each row of summed statistics, shape (draws, k)."""
        observed, expected = self._disagreements(sums)
        with np.errstate(divide="ignore", invalid="ignore"):
            alphas: Floats = np.where(expected > 0, 1 - observed / expected, np.nan)
        return alphas

    def _disagreements(self, sums: Floats) -> tuple[Floats, Floats]:
        """Return D_o and D_e, each times the number of pairable values."""
        if self.level == "interval":
            n, total, squares = sums[:, 1], sums[:, 2], sums[:, 3]
            apart = n * squares - total**2
            # What is left of two equal numbers after rounding is no difference.
            apart = np.where(apart > _ROUNDING * n * squares, apart, 0)
            return sums[:, 0], 2 * apart / np.maximum(n - 1, 1)
        if self.level == "nominal":
            each = sums[:, 1:]
            n = each.sum(1)
            return sums[:, 0], (n**2 - (each**2).sum(1)) / np.maximum(n - 1, 1)
        size = len(self.values)
        coincidence = sums.reshape(-1, size, size)
        marginal = coincidence.sum(2)
        apart = _differences(self.level, self.values, marginal)
        n = marginal.sum(1)
        by_chance = np.einsum("dc,dk,dck->d", marginal, marginal, apart)
        return (coincidence * apart).sum((1, 2)), by_chance / np.maximum(n - 1, 1)


def by_label(counts: Any) -> list[ReliabilityData]:
    """Return, for every label, the data of "this label or another" (nominal, two values)."""
    n = np.asarray(counts, dtype=np.float64)
    whole = n.sum(1)
    pairs = (np.stack([n[:, c], whole - n[:, c]], axis=1) for c in range(n.shape[1]))
    return [ReliabilityData.of_counts(pair) for pair in pairs]


def _checked(level: str) -> str:
    if level not in LEVELS:
        raise BadInput(f"No level of measurement {level!r}", remedy=f"Use {', '.join(LEVELS)}.")
    return level


def _least(values: Floats) -> float:
    """Return the least value. What is counted from it keeps its digits when squares are taken."""
    return float(values.min()) if len(values) else 0.0


def _moments(n: Floats, total: Floats, squares: Floats) -> Floats:
    """Return, unit by unit, Σ over ordered pairs (x − y)² / (m − 1), m, Σx and Σx²."""
    paired = n >= 2
    apart = np.maximum(2 * (n * squares - total**2), 0) / np.maximum(n - 1, 1)
    rows: Floats = np.stack([apart, n, total, squares], axis=1) * paired[:, None]
    return rows


def _tables(n: Floats, level: str) -> Floats:
    m = n.sum(1)
    n = np.where((m >= 2)[:, None], n, 0.0)
    share = n / np.maximum(m - 1, 1)[:, None]
    if level == "nominal":
        apart = (share * (m[:, None] - n)).sum(1)
        return np.column_stack([apart, n])
    size = n.shape[1]
    if size > MOST_VALUES:
        raise BadInput(
            f"{size} distinct values are too many for the {level} level",
            remedy="Use the interval level, or round them.",
        )
    together = share[:, :, None] * n[:, None, :]
    together[:, np.arange(size), np.arange(size)] -= share
    rows: Floats = together.reshape(len(n), -1)
    return rows


def _differences(level: str, values: Floats, marginal: Floats) -> Floats:
    """Return δ²(c, k), shape (draws, values, values) (Krippendorff 2011, section D)."""
    if level == "ratio":
        one, other = values[:, None], values[None, :]
        apart = ((one - other) / np.where(one + other == 0, 1, one + other)) ** 2
        return np.broadcast_to(apart, (len(marginal), *apart.shape))
    # Ordinal: as many ratings as lie between, and half of those at both ends.
    below = marginal.cumsum(1) - marginal / 2
    ranks: Floats = (below[:, :, None] - below[:, None, :]) ** 2
    return ranks


def _gathered(rows: Floats, clusters: NDArray[Any]) -> Floats:
    names, index = np.unique(clusters, return_inverse=True)
    sums = np.zeros((len(names), rows.shape[1]))
    np.add.at(sums, index, rows)
    return sums
