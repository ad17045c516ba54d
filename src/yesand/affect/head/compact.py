"""The few numbers of a take that say most of its features: for reliance, which must be quick.

A head of thousands of features has a curvature of 10⁸ numbers and more; attribution would need
its inverse at every place of its path. Principal components of the takes that train take their
place. What they lose is in docs/unlearning.md.
"""

from __future__ import annotations

import numpy as np
import torch
from numpy.typing import NDArray

from yesand.affect.head.curvature import one_thread
from yesand.affect.head.fitting import lead
from yesand.affect.head.scaling import Scale

Floats = NDArray[np.float64]

#: As many as the network's embedding has.
WIDTH = 64
_SPARE, _ROUNDS = 32, 12
_TAKES_EACH = 6


def width_for(takes: int) -> int:
    """Return how many components so many takes bear.

    Along the last ones of few takes those hardly vary, and any other voice lies far outside.
    """
    return max(1, min(WIDTH, takes // _TAKES_EACH))


def compact(rows: Floats, trains: NDArray[np.bool_], width: int = WIDTH) -> Floats:
    """Return takes (N, at most width) by the principal components of those that train.

    Features that are no more than ``WIDTH`` stay as they are, on the scale of those that train:
    then attribution sees exactly what the head sees.

    Parameters
    ----------
    rows : (N, d) features of all takes. trains : (N,) whose components are taken.
    width : how many, as by ``width_for``.
    """
    scale = Scale.of(rows[trains])
    seen = scale.scaled(rows)[:, :-1]
    if seen.shape[1] <= WIDTH:
        return seen
    with one_thread():
        features = torch.from_numpy(seen[trains])
        near = lead(features, min(width + _SPARE, *features.shape), _ROUNDS).double()
        # Within the subspace that was found, the directions themselves (Rayleigh–Ritz).
        part = near @ (features.T @ features) @ near.T
        turned = torch.linalg.eigh(part).eigenvectors.flip(1)[:, :width]
        along = turned.T @ near
        sign = along.gather(1, along.abs().argmax(1, keepdim=True)).sign()
        made: Floats = (torch.from_numpy(seen) @ (along * sign).T).numpy()
    return made
