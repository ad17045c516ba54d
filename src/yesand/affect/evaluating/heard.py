"""A model beside raters: how far its distribution is from theirs, and theirs from each other's."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from yesand.affect.evaluating.calibration import LEAST
from yesand.affect.evaluating.recall import Floats, Ints
from yesand.affect.reliability import ceiling

#: How often the k raters are drawn.
_DRAWS = 8
_WHOSE = ("raters", "model", "constant")


@dataclass(frozen=True)
class Distance:
    """Distances from the answers of the remaining raters, on the same takes and draws.

    Attributes
    ----------
    takes : with at least 2 k votes. raters : mean total variation of k raters' answers from the
        others'. model : of the model's distribution from those same others'. constant : of what all
        raters say on average, whatever they hear: one rater is no nearer than that, where people
        differ much.
    """

    takes: int
    raters: float
    model: float
    constant: float


@dataclass(frozen=True)
class Heard:
    """Distributional metrics, q the raters' shares and p the model's; means over the rated takes.

    Attributes
    ----------
    cross_entropy : −Σ q ln p (nats); at least ``entropy``, that of the raters themselves.
    kl : Σ q ln (q/p), the difference. js : Jensen–Shannon (Lin 1991), 0 … ln 2 = 0.693.
    total_variation : ½ Σ |p − q|, 0 … 1.
    beside : k → how far k raters are from the rest, and how far the model.
    one_rater, model, constant : how often one rater's, the model's, or always the same answer is
        the most frequent one of the take's other raters.
    outside : share of votes that went to none of the model's labels; they are left out.
    """

    takes: int
    votes: int
    cross_entropy: float
    entropy: float
    kl: float
    js: float
    total_variation: float
    beside: dict[int, Distance]
    one_rater: float
    model: float
    constant: float
    outside: float

    def as_json(self) -> dict[str, Any]:
        """Return plain JSON, figures to four decimals; what is no number is left out."""
        names = (
            "cross_entropy entropy kl js total_variation one_rater model constant outside".split()
        )
        figures = {name: figure(getattr(self, name)) for name in names}
        beside = [
            {"k": k, "takes": b.takes, **{w: figure(getattr(b, w)) for w in _WHOSE}}
            for k, b in self.beside.items()
            if b.takes
        ]
        return {"takes": self.takes, "votes": self.votes, **figures, "beside": beside}


def heard(
    probability: Floats,
    votes: Ints,
    outside: int = 0,
    ks: tuple[int, ...] = (1, 3, 5),
    seed: int = 0,
) -> Heard | None:
    """Return how a model does beside raters; none: nobody rated any of the takes.

    Parameters
    ----------
    probability : shape (takes, labels). votes : the same shape; rows of zeros where nobody rated.
    outside : votes for what is none of the labels.
    """
    some = votes.sum(1) > 0
    p, n = probability[some], votes[some]
    if not len(n):
        return None
    q = n / n.sum(1, keepdims=True)
    whole = int(n.sum())
    usual = np.full(len(n), n.sum(0).argmax())
    one, model = against_rest(p.argmax(1), n)
    return Heard(
        takes=len(n),
        votes=whole,
        cross_entropy=float(cross_entropy(q, p).mean()),
        entropy=float(cross_entropy(q, q).mean()),
        kl=float(divergence(q, p).mean()),
        js=float(jensen_shannon(q, p).mean()),
        total_variation=float(total_variation(q, p).mean()),
        beside={k: beside(p, n, k, seed) for k in ks},
        one_rater=one,
        model=model,
        constant=against_rest(usual, n)[1],
        outside=outside / (outside + whole),
    )


def cross_entropy(q: Floats, p: Floats) -> Floats:
    """Return −Σ q ln p of each row, in nats; p is taken as 10⁻¹² at least."""
    found: Floats = -(q * np.log(np.maximum(p, LEAST))).sum(1)
    return found


def divergence(q: Floats, p: Floats) -> Floats:
    """Return Σ q ln (q/p) of each row, in nats (Kullback & Leibler 1951); never below zero."""
    found: Floats = np.maximum(cross_entropy(q, p) - cross_entropy(q, q), 0.0)
    return found


def jensen_shannon(q: Floats, p: Floats) -> Floats:
    """Return the mean divergence of both rows from their middle, 0 … ln 2 (Lin 1991)."""
    middle = (q + p) / 2
    found: Floats = (divergence(q, middle) + divergence(p, middle)) / 2
    return found


def total_variation(q: Floats, p: Floats) -> Floats:
    """Return ½ Σ |p − q| of each row."""
    found: Floats = 0.5 * np.abs(p - q).sum(1)
    return found


def beside(probability: Floats, votes: Ints, k: int, seed: int = 0) -> Distance:
    """Return how far k raters are from the rest, and the model from that same rest.

    Both are measured on the same remaining raters: against all of them the model would look
    better, because more answers scatter less.
    """
    some = votes.sum(1) >= 2 * k
    n, p = votes[some], probability[some]
    if not len(n):
        return Distance(0, float("nan"), float("nan"), float("nan"))
    rng = np.random.default_rng(seed)
    usual = np.broadcast_to(n.sum(0) / n.sum(), n.shape)
    told = []
    for _ in range(_DRAWS):
        few = ceiling.drawn(n, k, rng)
        rest = (n - few) / (n - few).sum(1, keepdims=True)
        told.append([total_variation(rest, one).mean() for one in (few / k, p, usual)])
    people, model, constant = np.mean(told, axis=0).tolist()
    return Distance(len(n), people, model, constant)


def against_rest(chosen: Ints, votes: Ints) -> tuple[float, float]:
    """Return how often one vote, and how often a model's choice, leads the take's other votes.

    Every vote is left out once; answers that are equally frequent count by parts.
    """
    person = model = compared = 0.0
    for label in range(votes.shape[1]):
        some = np.flatnonzero((votes[:, label] > 0) & (votes.sum(1) > 1))
        rest = votes[some].copy()
        rest[:, label] -= 1
        leads, weight = ceiling.leaders(rest), votes[some, label]
        person += float((leads[:, label] * weight).sum())
        model += float((leads[np.arange(len(some)), chosen[some]] * weight).sum())
        compared += float(weight.sum())
    return (person / compared, model / compared) if compared else (float("nan"), float("nan"))


def figure(value: float) -> float | None:
    """Return a figure to four decimals; none: it is no number."""
    return None if np.isnan(value) else round(value, 4)
