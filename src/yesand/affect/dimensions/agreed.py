"""What raters say together of a take on an axis: less their bias, the noisy ones counting less."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from yesand.affect.dimensions.said import Ratings
from yesand.affect.evaluating.recall import Floats, Ints
from yesand.affect.reliability.continuous import fit

#: A rater's noise is never taken to be less than this share of the spread of all values: who
#: happens to agree entirely would else alone decide.
_LEAST_NOISE = 0.05


@dataclass(frozen=True, eq=False)
class Agreed:
    """What is to be learned, one row a cell that somebody rated.

    Attributes
    ----------
    cell : (n,), growing. value : (n,) from −1 to 1.
    weight : (n,) from 0 to 1, how far a value tells cells apart: τ² / (τ² + ε²), where τ is how far
        cells differ and ε the value's standard error. More raters, more weight.
    raters : (n,) how many there were.
    """

    cell: Ints
    value: Floats
    weight: Floats
    raters: Ints

    def __len__(self) -> int:
        """Return how many cells were rated."""
        return len(self.cell)


def agreed(ratings: Ratings) -> Agreed:
    """Return what raters say together.

    Bias and noise are those of ``reliability.continuous``. Its values are drawn to their mean, and
    most where raters are few; these here are not, so that a read-out is scored by what was said.

    Raises
    ------
    BadInput : no ratings.
    """
    cell, place = np.unique(ratings.cell, return_inverse=True)
    axis = fit(place, ratings.rater, ratings.value)
    least = _LEAST_NOISE * float(ratings.value.std())
    noise = np.maximum(axis.noise, max(least, 1e-9))[ratings.rater]
    precision, number = 1 / noise**2, len(cell)
    whole = np.bincount(place, precision, number)
    moved = ratings.value - axis.bias[ratings.rater]
    value = np.bincount(place, precision * moved, number) / whole
    spread = max(axis.spread**2, 1e-12)
    return Agreed(
        cell=cell,
        value=np.clip(value, -1.0, 1.0),
        weight=spread / (spread + 1 / whole),
        raters=np.bincount(place, minlength=number),
    )
