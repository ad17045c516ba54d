"""Whether what two spaces say of a take goes together, as it does in one sound.

Numbers that were drawn in each space by itself may look real in both, and no sound has both.
"""

from __future__ import annotations

import numpy as np

from yesand.synthetic.judging.neighbours import Floats, Side

#: By take and feature, as a head's penalty is.
_RIDGE = 1.0


def together(parents: tuple[Side, Side], made: tuple[Side, Side]) -> float:
    """Return how well the second space is foretold by the first, correlation −1 to 1.

    Foretold by ridge regression on the parents, each emotion's mean taken out on either side, over
    all features of the second space, each by its variance in the parents.

    Parameters
    ----------
    parents, made : the same takes in two spaces, each on one scale.
    """
    one, other = (_inside(side) for side in parents)
    many = len(one) * _RIDGE
    slope = np.linalg.solve(one.T @ one + many * np.eye(one.shape[1]), one.T @ other)
    said, there = _inside(made[0]) @ slope, _inside(made[1])
    up = float((said * there).sum())
    down = float(np.sqrt((said**2).sum() * (there**2).sum()))
    return up / down if down else 0.0


def _inside(side: Side) -> Floats:
    found = side.rows.astype(np.float64)
    for c in np.unique(side.label):
        own = side.label == c
        found[own] -= found[own].mean(axis=0)
    return found
