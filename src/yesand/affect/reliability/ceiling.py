"""How well people themselves hear what was acted: the ceiling beside which a model is shown.

All of it from tables of votes, shape (takes, labels), as corpora publish them.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from yesand.affect.reliability.alpha import Floats, Ints


@dataclass(frozen=True)
class Ceiling:
    """What raters reach; rates lie in 0 … 1.

    Attributes
    ----------
    majority : UAR of the most frequent answer against what was acted; of two that are equally
        frequent, the first in the order of the labels.
    shared : the same, where answers that are equally frequent count by parts.
    one_against_rest : accuracy of one rater against the most frequent answer of all others.
    undecided : share of takes on which no answer has half of the votes.
    apart : k → mean total variation between k raters' answers and the remaining raters'.
    """

    takes: int
    votes: int
    majority: float
    shared: float
    one_against_rest: float
    undecided: float
    apart: dict[int, float]


def ceiling(counts: Any, acted: Ints, ks: tuple[int, ...] = (1, 3, 5), seed: int = 0) -> Ceiling:
    """Return the ceiling.

    Parameters
    ----------
    counts : votes, shape (takes, labels). acted : index of the acted label, shape (takes,).
    """
    votes = np.asarray(counts, dtype=np.int64)
    return Ceiling(
        takes=len(votes),
        votes=int(votes.sum()),
        majority=_uar(np.eye(votes.shape[1])[votes.argmax(1)], acted),
        shared=_uar(leaders(votes), acted),
        one_against_rest=one_against_rest(votes),
        undecided=undecided(votes),
        apart={k: total_variation(votes, k, seed) for k in ks},
    )


def undecided(votes: Ints) -> float:
    """Return the share of takes on which no answer has half of the votes."""
    return float((2 * votes.max(1) < votes.sum(1)).mean())


def one_against_rest(votes: Ints) -> float:
    """Return how often one vote is the most frequent answer among the take's other votes."""
    right = 0.0
    for label in range(votes.shape[1]):
        some = votes[:, label] > 0
        rest = votes[some].copy()
        rest[:, label] -= 1
        asked = rest.sum(1) > 0
        hits = leaders(rest)[:, label] * asked
        right += float((hits * votes[some, label]).sum())
    compared = votes.sum(1)
    return right / float(compared[compared > 1].sum())


def total_variation(votes: Ints, k: int, seed: int = 0, draws: int = 8) -> float:
    """Return the mean of ½ Σ |p − q|, p the answers of k raters, q those of the others.

    Which raters are the k is drawn without replacement (multivariate hypergeometric), ``draws``
    times a take; takes with fewer than 2 k votes are passed over, so that those who remain are as
    many at least.
    """
    votes = votes[votes.sum(1) >= 2 * k]
    if not len(votes):
        return float("nan")
    rng = np.random.default_rng(seed)
    return float(np.mean([_apart(votes, drawn(votes, k, rng)) for _ in range(draws)]))


def _uar(answer: Floats, acted: Ints) -> float:
    """Return the mean, over acted labels, of how often the answer is that label."""
    hit = answer[np.arange(len(answer)), acted]
    return float(np.mean([hit[acted == label].mean() for label in np.unique(acted)]))


def leaders(votes: Ints) -> Floats:
    """Return each label's part of being the most frequent answer: ties share it."""
    top = (votes == votes.max(1, keepdims=True)) & (votes > 0)
    parts: Floats = top / np.maximum(top.sum(1, keepdims=True), 1)
    return parts


def drawn(votes: Ints, k: int, rng: np.random.Generator) -> Ints:
    """Return k of each take's votes, without replacement; each must have so many."""
    found = np.zeros_like(votes)
    left, rest = np.full(len(votes), k), votes.sum(1)
    for label in range(votes.shape[1]):
        rest = rest - votes[:, label]
        found[:, label] = rng.hypergeometric(votes[:, label], rest, left)
        left = left - found[:, label]
    return found


def _apart(votes: Ints, drawn: Ints) -> float:
    others = votes - drawn
    p = drawn / drawn.sum(1, keepdims=True)
    q = others / others.sum(1, keepdims=True)
    return float(0.5 * np.abs(p - q).sum(1).mean())
