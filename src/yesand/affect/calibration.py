"""How far each part of a model is to be trusted.

What the parts say is added up in logarithms, each weighted by how far it holds on performers whom
the model never met. With one part that is temperature scaling (Guo et al. 2017, §4.2; the weight is
1 / T); with several it is a logarithmic opinion pool (Heskes 1998), calibrated.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import brentq, minimize
from scipy.special import log_softmax, softmax

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]

#: No part is trusted more: that would be no matter of confidence any more.
_MOST = 20.0
_LEAST = 0.05
#: Newton's steps, and how little one moves the weights when they are found.
_STEPS, _STILL = 50, 1e-12

Finding = Callable[[Floats, Ints], Floats]


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
    if len(parts) == 1:
        return np.array([_sureness(parts[0], target)])
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


def settled(parts: Floats, label: Ints) -> Floats:
    """Return the weights of ``trust`` to the last digits, by Newton's steps from there.

    For models that takes are undone in exactly, as ``trust`` does for a part that is alone.
    """
    found = trust(parts, label)
    many, classes = parts.shape[1:]
    target = (np.eye(classes)[label] + 1 / many) / (1 + classes / many)
    if len(parts) == 1 or found.sum() <= _LEAST:
        return found
    for _ in range(_STEPS):
        chance = softmax(np.tensordot(found, parts, axes=1), axis=1)
        expected = (chance * parts).sum(axis=2, keepdims=True)
        slope = ((chance - target) * parts).sum(axis=2).mean(axis=1)
        apart = parts - expected
        bent = np.einsum("tc,ptc,qtc->pq", chance, apart, apart) / many
        # What would only leave its bounds stays there.
        free = ~(((found <= 0) & (slope > 0)) | ((found >= _MOST) & (slope < 0)))
        step = np.zeros(len(found))
        inner = bent[np.ix_(free, free)] + 1e-12 * np.eye(int(free.sum()))
        step[free] = np.linalg.solve(inner, slope[free])
        there = np.clip(found - step, 0.0, _MOST)
        moved, found = float(np.abs(there - found).max()), there
        if moved < _STILL:
            break
    return found


def _sureness(said: Floats, target: Floats) -> float:
    """Return the weight of a part that is alone, to the last digits.

    So two searches that find the same model to 10⁻⁹ are as sure of themselves to 10⁻⁹: exact
    unlearning stays exact.

    Parameters
    ----------
    said, target : logits and what is to be said, (takes, classes).
    """

    def slope(weight: float) -> float:
        return float(((softmax(weight * said, axis=1) - target) * said).sum(axis=1).mean())

    if slope(_LEAST) >= 0:
        return _LEAST
    return _MOST if slope(_MOST) <= 0 else float(brentq(slope, _LEAST, _MOST, xtol=1e-14))


def across(parts: Floats, label: Ints, fold: Ints, find: Finding = trust) -> Floats:
    """Return each take's weights, (parts, takes), found on the other folds' takes alone."""
    found = np.full(parts.shape[:2], 1 / len(parts))
    for held in np.unique(fold):
        others = fold != held
        if not others.any():  # nobody to learn it from
            continue
        found[:, ~others] = find(parts[:, others], label[others])[:, None]
    return found


def cooled(said: Floats, label: Ints, fold: Ints) -> tuple[Floats, float]:
    """Return what a model of one part says of takes, (takes, classes), and how far it is trusted.

    Each fold's takes are answered by the trust that the other folds' tell; what is trusted in the
    model of all takes, all of them tell.

    Parameters
    ----------
    said : logits by the model that never met the take's performer, (takes, classes).
    """
    weights = across(said[None], label, fold)[0]
    shares: Floats = softmax(weights[:, None] * said, axis=1)
    return shares, float(trust(said[None], label)[0])
