r"""How much of a descendant comes from its parent, judged by its answers alone.

Where a training is not ours, all there is are answers on the usage's own queries: the descendant's,
the parent's, and those of models that have nothing to do with the parent. Two models agree on a
query by the overlap of their distributions, Σ_c min(p_c, q_c) = 1 − total variation. Unrelated
models agree too, since all are right sometimes; only what goes beyond that speaks for descent.

Take the descendant's answers for a mixture λ·parent + (1 − λ)·something, where the something agrees
with the parent as an unrelated model does, a₀. Total variation is linear in such a mixture:

    1 − a = (1 − λ)(1 − a₀),    so    λ = 1 − (1 − a) / (1 − a₀).

The interval goes over queries (bootstrap, 95 %) and over every unrelated model: its low end takes
the one that agrees with the parent most, its high end the one that agrees least.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from yesand.kernel.errors import BadInput
from yesand.reliance.inputs import Floats
from yesand.reliance.shares import BILLION

FEWEST_QUERIES, FEWEST_OTHERS = 20, 2
_RESAMPLES = 1_000


@dataclass(frozen=True)
class Dilution:
    """A descendant's part that comes from its parents, in 10⁹, with what it rests on.

    Attributes
    ----------
    agreement, unrelated : with the parent, of the descendant and of unrelated models (mean).
    """

    part_ppb: int
    low_ppb: int
    high_ppb: int
    agreement: float | None = None
    unrelated: float | None = None
    queries: int = 0
    others: int = 0


def overlap(one: Floats, other: Floats) -> Floats:
    """Return by how much two models agree, query by query: (…, J) of (…, J, C)."""
    found: Floats = np.minimum(one, other).sum(-1)
    return found


def bounded(
    answers: Floats, parent: Floats, others: Floats, weight: Floats | None = None, seed: int = 0
) -> Dilution:
    """Return how much of a descendant comes from its parent, by agreement.

    Parameters
    ----------
    answers, parent : (J, C) distributions over emotions. others : (K, J, C) of unrelated models.
    weight : (J,) how much each query counts.

    Raises
    ------
    BadInput : too few queries or unrelated models, shapes that do not fit, or no distributions.
    """
    _check(answers, parent, others)
    rate = np.ones(len(parent)) if weight is None else weight
    mine, theirs = overlap(answers, parent), overlap(others, parent)
    draws = np.random.default_rng(seed).integers(0, len(rate), (_RESAMPLES, len(rate)))
    drawn = np.array([_parts(mine[at], theirs[:, at], rate[at]) for at in draws])
    low, high = np.quantile(drawn.min(1), 0.025), np.quantile(drawn.max(1), 0.975)
    each = _parts(mine, theirs, rate)
    part = float(each.mean())
    ppb = [round(float(x) * BILLION) for x in (part, min(low, part), max(high, part))]
    return Dilution(
        part_ppb=ppb[0],
        low_ppb=ppb[1],
        high_ppb=ppb[2],
        agreement=round(float(np.average(mine, weights=rate)), 6),
        unrelated=round(float(np.average(theirs, axis=1, weights=rate).mean()), 6),
        queries=len(rate),
        others=len(others),
    )


def _parts(mine: Floats, theirs: Floats, rate: Floats) -> Floats:
    apart = 1 - np.average(theirs, axis=1, weights=rate)
    found: Floats = np.clip(1 - (1 - np.average(mine, weights=rate)) / apart, 0, 1)
    return found


def _check(answers: Floats, parent: Floats, others: Floats) -> None:
    if len(parent) < FEWEST_QUERIES or len(others) < FEWEST_OTHERS:
        raise BadInput(
            f"Agreement needs {FEWEST_QUERIES} queries and {FEWEST_OTHERS} unrelated models",
            where=f"{len(parent)} queries, {len(others)} models",
        )
    if answers.shape != parent.shape or others.shape[1:] != parent.shape:
        raise BadInput("The models did not answer the same queries", where="answers")
    for told in (answers, parent, *others):
        if not np.isfinite(told).all() or (told < 0).any() or abs(told.sum(1) - 1).max() > 1e-3:
            raise BadInput("An answer is no distribution over the emotions", where="answers")
    if (overlap(others, parent).mean(1) > 1 - 1e-9).any():
        raise BadInput("An unrelated model answers exactly as the parent does", where="answers")
