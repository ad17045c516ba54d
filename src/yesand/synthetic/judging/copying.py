"""Whether synthetic takes are copies, or give away what they were made from."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from scipy.stats import rankdata

from yesand.synthetic.judging.neighbours import Floats, between, within


def authentic(parents: Floats, made: Floats) -> Floats:
    """Return 1 for each made take that is no copy, (S,) (authenticity, Alaa et al. 2022, §3.3).

    It is one if it lies nearer to its nearest parent than any other parent does.
    """
    across = between(made, parents)
    nearest = across.argmin(axis=1)
    usual = within(parents).min(axis=1)
    own: Floats = (across[np.arange(len(made)), nearest] > usual[nearest]).astype(float)
    return own


def ratio(parents: Floats, made: Floats) -> Floats:
    """Return how far the nearest parent is by the second nearest, (S,), at most 1.

    A copy is far nearer to one take than to any other.
    """
    near = np.sort(between(made, parents), axis=1)[:, :2]
    found: Floats = near[:, 0] / np.maximum(near[:, 1], 1e-12)
    return found


def membership(parents: Floats, strangers: Floats, made: Floats) -> float:
    """Return how well closeness to made takes tells parents from strangers (AUC; .5 not at all).

    Both of the same performers, if it is to be told of takes: a voice alone is near to its own.
    """
    near = [-between(rows, made).min(axis=1) for rows in (parents, strangers)]
    return auc(near[0], near[1])


def auc(higher: Floats, lower: Floats) -> float:
    """Return how often one of the first is above one of the second (Mann–Whitney, ties half)."""
    ranks: NDArray[np.float64] = rankdata(np.concatenate([higher, lower]))
    many, others = len(higher), len(lower)
    return float((ranks[:many].sum() - many * (many + 1) / 2) / (many * others))
