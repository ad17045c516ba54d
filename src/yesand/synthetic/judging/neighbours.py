"""Distances between takes in a feature space, on one scale for all sides."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.spatial.distance import cdist

from yesand.affect.head.scaling import Scale
from yesand.kernel.errors import BadInput

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]

#: Principal components of the parents that are looked along.
AXES = 64


@dataclass(frozen=True, eq=False)
class Side:
    """Takes of one side, as one space says them.

    Attributes
    ----------
    rows : features, (N, d). label : what each takes to express, (N,).
    performer : whose each is, (N,); of synthetic takes, whose their parent is ('' of no one's).
    """

    rows: Floats
    label: Ints
    performer: NDArray[np.str_]

    def __len__(self) -> int:
        """Count the takes."""
        return len(self.rows)

    def some(self, which: NDArray[np.bool_] | Ints) -> Side:
        """Return some of the takes."""
        return Side(self.rows[which], self.label[which], self.performer[which])

    def with_rows(self, rows: Floats) -> Side:
        """Return the same takes as others say them."""
        return Side(rows, self.label, self.performer)


def joined(one: Side, other: Side) -> Side:
    """Return both sides' takes as one."""
    return Side(
        np.concatenate([one.rows, other.rows]),
        np.concatenate([one.label, other.label]),
        np.concatenate([one.performer, other.performer]),
    )


def on_one_scale(parents: Side, *others: Side, axes: int = AXES) -> list[Side]:
    """Return sides on the parents' scale, along the axes in which parents differ most.

    So that what varies much does not decide alone, and many numbers that say the same count once.

    Raises
    ------
    BadInput : sides of other widths, none or one take, or a feature that is no number.
    """
    sides = (parents, *others)
    if len(parents) < 2 or any(not len(side) for side in sides):
        raise BadInput("Nothing to compare", where="panel", remedy="Give two takes or more a side.")
    if len({side.rows.shape[1] for side in sides}) > 1:
        raise BadInput("Sides of different features", where="panel")
    if not all(np.isfinite(side.rows).all() for side in sides):
        raise BadInput("A feature is no number", where="panel", remedy="Leave that take out.")
    scale = Scale.of(parents.rows)
    scaled = [scale.scaled(side.rows)[:, :-1] for side in sides]
    centre = scaled[0].mean(axis=0)
    along = np.linalg.svd(scaled[0] - centre, full_matrices=False)[2][:axes].T
    made = [(rows - centre) @ along for rows in scaled]
    return [side.with_rows(rows) for side, rows in zip(sides, made, strict=True)]


def between(these: Floats, those: Floats) -> Floats:
    """Return the distance of each of these to each of those, (N, M)."""
    return np.asarray(cdist(these, those))


def within(rows: Floats) -> Floats:
    """Return the distances within a side, (N, N); of a take to itself it is infinite."""
    found = between(rows, rows)
    np.fill_diagonal(found, np.inf)
    return found


def reach(apart: Floats, k: int) -> Floats:
    """Return the distance to the k-th nearest, (N,), by ``within``."""
    k = min(k, apart.shape[1] - 1)
    return np.asarray(np.partition(apart, k - 1, axis=1)[:, k - 1])
