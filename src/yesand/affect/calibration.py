"""How far each part of a model is to be trusted.

What the parts say is added up in logarithms, each weighted by how far it holds on performers whom
the model never met. With one part that is temperature scaling (Guo et al. 2017, §4.2; the weight is
1 / T); with several it is a logarithmic opinion pool (Heskes 1998), calibrated.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import minimize
from scipy.special import log_softmax, softmax

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]

#: No part is trusted more: that would be no matter of confidence any more.
_MOST = 20.0
_LEAST = 0.05


def trust(parts: Floats, label: Ints) -> Floats:
    """Return each part's weight, (parts,), none below zero: the likeliest for what was acted.

    The loss is convex in the weights, so that there is no other answer. As if one more take of each
    emotion had been heard as every emotion alike, a few takes do not make sure of everything (after
    Platt 1999, §2.2).

    Parameters
    ----------
    parts : logits of takes that the model never met, (parts, takes, classes).
    label : what was acted, (takes,).
    """
    many, classes = parts.shape[1:]
    target = (np.eye(classes)[label] + 1 / many) / (1 + classes / many)
    said = (parts * target).sum(axis=2).mean(axis=1)

    def surprise(weights: Floats) -> tuple[float, Floats]:
        pooled = np.tensordot(weights, parts, axes=1)
        loss = -float((log_softmax(pooled, axis=1) * target).sum(axis=1).mean())
        expected = (softmax(pooled, axis=1)[None] * parts).sum(axis=2).mean(axis=1)
        return loss, expected - said

    start = np.full(len(parts), 1 / len(parts))
    bounds = [(0.0, _MOST)] * len(parts)
    found: Floats = minimize(surprise, start, jac=True, method="L-BFGS-B", bounds=bounds).x
    # Parts that do worse than chance are hardly trusted; without any, nothing would be said.
    return found if found.sum() > _LEAST else start * _LEAST


def across(parts: Floats, label: Ints, fold: Ints) -> Floats:
    """Return each take's weights, (parts, takes), found on the other folds' takes alone."""
    found = np.full(parts.shape[:2], 1 / len(parts))
    for held in np.unique(fold):
        others = fold != held
        if not others.any():  # nobody to learn it from
            continue
        found[:, ~others] = trust(parts[:, others], label[others])[:, None]
    return found
