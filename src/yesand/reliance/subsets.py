"""Which subsets of performers to retrain on.

Subsets come in pairs, one the other's complement, with sizes drawn by the Shapley kernel: the
least-squares coefficients over such subsets *are* the Shapley values (Charnes et al. 1988;
Lundberg & Lee 2017), so that what a coefficient means does not hang on an inclusion rate, and the
coefficients add up to U(all) − U(none). Pairing removes every even interaction from the error
(Covert & Lee 2021). Small troupes are enumerated, and then nothing is left to chance.
"""

from __future__ import annotations

from dataclasses import dataclass
from math import comb

import numpy as np

from yesand.reliance.inputs import Floats


@dataclass(frozen=True)
class Design:
    """Pairs of subsets.

    Attributes
    ----------
    members : (pairs, 2, players), 1 where the player is in.
    weight : (pairs,) weight of the pair in the regression.
    exact : whether these are all the subsets there are.
    """

    members: Floats
    weight: Floats
    exact: bool


def design(players: int, pairs: int, rng: np.random.Generator) -> Design:
    """Return all pairs if there are no more than ``pairs``, else as many at random."""
    if 2 ** (players - 1) - 1 <= pairs:
        return _every(players)
    sizes = np.arange(1, players)
    chance = 1 / (sizes * (players - sizes))
    drawn = rng.choice(sizes, pairs, p=chance / chance.sum())
    order = rng.random((pairs, players)).argsort(1).argsort(1)
    first = (order < drawn[:, None]).astype(np.float64)
    return Design(np.stack([first, 1 - first], 1), np.ones(pairs), exact=False)


def _every(players: int) -> Design:
    # Without the last player, so that of each pair only one half is counted.
    codes = np.arange(1, 2 ** (players - 1))[:, None]
    first = ((codes >> np.arange(players)) & 1).astype(np.float64)
    weight = [1 / (comb(players, s) * s * (players - s)) for s in first.sum(1).astype(int)]
    return Design(np.stack([first, 1 - first], 1), np.array(weight), exact=True)
