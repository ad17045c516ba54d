"""Recall, precision and F1 from tables of what was acted and what was heard."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

Ints = NDArray[np.int64]
Floats = NDArray[np.float64]


def uar(label: Ints, chosen: Ints) -> float:
    """Return the unweighted average recall: the mean recall of emotions that occur (Schuller 2009).

    Parameters
    ----------
    label, chosen : what was acted and what was heard, shape (takes,).
    """
    _, index = np.unique(label, return_inverse=True)
    takes = np.bincount(index)
    return float((np.bincount(index, label == chosen, len(takes)) / takes).mean())


def confusions(label: Ints, chosen: Ints, classes: int, owner: Ints, owners: int) -> Ints:
    """Return takes by (owner, acted, heard), shape (owners, classes, classes).

    Parameters
    ----------
    owner : whose each take is, 0 … owners − 1, shape (takes,).
    """
    cell = (owner * classes + label) * classes + chosen
    counted = np.bincount(cell, minlength=owners * classes * classes)
    return counted.astype(np.int64).reshape(owners, classes, classes)


def uars(confusion: NDArray[Any]) -> Floats:
    """Return the UAR of each table, shape (…, classes, classes) → (…,); NaN of one without takes.

    An emotion that a table has no take of does not count in it.
    """
    takes = confusion.sum(-1)
    hits = np.diagonal(confusion, axis1=-2, axis2=-1)
    return mean_recall(hits, takes)


def mean_recall(hits: NDArray[Any], takes: NDArray[Any]) -> Floats:
    """Return the mean over the last axis of hits / takes, where there are takes at all."""
    there = takes > 0
    recall = np.divide(hits, takes, out=np.zeros(takes.shape), where=there)
    count = there.sum(-1)
    none = np.full(count.shape, np.nan)
    mean: Floats = np.divide(recall.sum(-1), count, out=none, where=count > 0)
    return mean


def accuracies(confusion: NDArray[Any]) -> Floats:
    """Return the share of takes on the diagonal, shape (…, classes, classes) → (…,)."""
    whole = confusion.sum((-2, -1))
    right = np.trace(confusion, axis1=-2, axis2=-1)
    share: Floats = np.divide(right, whole, out=np.full(whole.shape, np.nan), where=whole > 0)
    return share


def by_emotion(confusion: Ints) -> tuple[Floats, Floats, Floats]:
    """Return recall, precision and F1 of each emotion, shape (classes,) each.

    NaN: of recall, an emotion that was not acted; of precision, one that was never heard; of F1,
    one that was neither.
    """
    hits, acted, heard = np.diag(confusion), confusion.sum(1), confusion.sum(0)
    return _share(hits, acted), _share(hits, heard), _share(2 * hits, acted + heard)


def macro_f1(confusion: Ints) -> float:
    """Return the mean F1 of the emotions that were acted or heard (Sebastiani 2002, § 7)."""
    return float(np.nanmean(by_emotion(confusion)[2]))


def _share(part: Ints, whole: Ints) -> Floats:
    share: Floats = np.divide(part, whole, out=np.full(len(whole), np.nan), where=whole > 0)
    return share
