"""Whether made takes are more like their parents than the parents are like themselves.

A summary of what was heard, as its mean and covariance, lies nearer to half of the parents than
their other half does. People do not, and neither does what sounds like one more of them: what
scores best by a distance of moments is what nobody said.
"""

from __future__ import annotations

import numpy as np

from yesand.synthetic.judging.fidelity import frechet
from yesand.synthetic.judging.neighbours import Side

_SPLITS = 8


def nearer_than_themselves(parents: Side, made: Side, seed: int = 0) -> float:
    """Return the Fréchet distance of made takes to half of the parents, by the other half's.

    Below 1 they are nearer than the same actors' own other takes. The mean over random halves, as
    many takes on either side, both on one scale.
    """
    many = min(len(parents) // 2, len(made))
    found = list[float]()
    for split in range(_SPLITS):
        luck = np.random.default_rng([seed, split])
        order = luck.permutation(len(parents))
        half, rest = parents.rows[order[len(order) // 2 :]], parents.rows[order[: len(order) // 2]]
        drawn = made.rows[luck.permutation(len(made))[:many]]
        found.append(frechet(half, drawn) / max(frechet(half, rest[:many]), 1e-12))
    return float(np.mean(found))
