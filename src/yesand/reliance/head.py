"""The model's head, retrained for many subsets of performers at once.

Multinomial logistic regression with an L2 penalty on every weight, the bias among them: strictly
convex, so that a subset has one head whatever the start, the seed or the order of the takes, and
the head of no takes at all is exactly the uniform guess. That smoothness is what makes the effect
of one performer a property of their takes and not of a training's luck.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import torch
from torch import Tensor

from yesand.affect.head.curvature import one_thread
from yesand.kernel.errors import CheckFailed

_CHUNK = 64  # subsets trained side by side: their logits fit in the cache


@dataclass(frozen=True)
class Takes:
    """What a head is trained on or asked about.

    Attributes
    ----------
    features : (N, d) float, with a constant column for the bias.
    label : (N,) int64 in 0 … classes − 1.
    owner : (N,) int64, whose take it is.
    classes : how many labels there are.
    heard : (N, classes) what raters heard, a distribution a take, where that is what is taught.
    """

    features: Tensor
    label: Tensor
    owner: Tensor
    classes: int
    heard: Tensor | None = None

    @cached_property
    def answer(self) -> Tensor:
        """Return what takes are taught as, (N, classes): a 1 at the label, or what was heard."""
        if self.heard is not None:
            return self.heard.to(self.features)
        return torch.nn.functional.one_hot(self.label, self.classes).to(self.features)


def fit(
    takes: Takes, include: Tensor, l2: float, *, tolerance: float = 1e-3, limit: int = 2_000
) -> Tensor:
    """Train one head a row of ``include``; return their weights, (M, d, classes).

    Minimises Σᵢ include[m, ownerᵢ] · (−log softmax(xᵢ W)[yᵢ]) + l2/2 · ‖W‖² (of what was heard,
    the mean of −log by yᵢ's distribution) by accelerated
    gradient descent with restarts (O'Donoghue & Candès 2015) in the metric of Böhning's bound
    on the Hessian (Ann. Inst. Stat. Math. 44, 1992), which needs no step size.

    Parameters
    ----------
    include : (M, performers) weight of each performer's takes, 0 to leave them out.
    tolerance : bound on ‖W − W*‖ for every head: by strong convexity it is at most ‖∇‖ / l2.

    Raises
    ------
    CheckFailed : not converged within ``limit`` steps.
    """
    with one_thread():
        parts = [
            _descend(takes, include[at : at + _CHUNK], l2, tolerance, limit)
            for at in range(0, len(include), _CHUNK)
        ]
    return torch.cat(parts)


def log_likelihood(weights: Tensor, takes: Takes) -> Tensor:
    """Return log p(label) of every take under every head, (M, N)."""
    scores = _scores(weights, takes.features)
    chosen = takes.label[:, None, None].expand(-1, len(weights), 1)
    return (scores.gather(2, chosen)[..., 0] - scores.logsumexp(2)).T


def _descend(takes: Takes, include: Tensor, l2: float, tolerance: float, limit: int) -> Tensor:
    rate = include[:, takes.owner].T.contiguous()
    metric = _bound(takes, include, l2)
    shape = (len(include), takes.features.shape[1], takes.classes)
    result = takes.features.new_zeros(shape)
    # Heads that have converged leave the batch; `alive` remembers which are still in it.
    alive = torch.arange(len(include))
    here, ahead, pace = result.clone(), result.clone(), result.new_ones(len(include))
    for _ in range(limit):
        slope = _slope(takes, rate, ahead, l2)
        moving = slope.flatten(1).norm(dim=1) > tolerance * l2
        result[alive[~moving]] = ahead[~moving]
        if not moving.any():
            return result
        alive, rate, metric = alive[moving], rate[:, moving], metric[moving]
        here, ahead, pace, slope = here[moving], ahead[moving], pace[moving], slope[moving]
        there = ahead - metric @ slope
        here, ahead, pace = _accelerate(here, there, slope, pace)
    raise CheckFailed(
        "The head did not converge",
        where=f"{len(alive)} subsets after {limit} steps",
        remedy="Give a larger l2.",
    )


def _accelerate(
    here: Tensor, there: Tensor, slope: Tensor, pace: Tensor
) -> tuple[Tensor, Tensor, Tensor]:
    uphill = (slope * (there - here)).flatten(1).sum(1) > 0
    pace = torch.where(uphill, torch.ones_like(pace), pace)
    faster = (1 + (1 + 4 * pace**2).sqrt()) / 2
    push = torch.where(uphill, torch.zeros_like(pace), (pace - 1) / faster)
    return there, there + push[:, None, None] * (there - here), faster


def _scores(weights: Tensor, features: Tensor) -> Tensor:
    """Return (N, M, classes) by one large product."""
    count, width, classes = weights.shape
    flat = weights.permute(1, 0, 2).reshape(width, count * classes)
    return (features @ flat).view(-1, count, classes)


def _slope(takes: Takes, rate: Tensor, weights: Tensor, l2: float) -> Tensor:
    count, width, classes = weights.shape
    error = _scores(weights, takes.features).softmax(2)
    if takes.heard is None:
        error.scatter_add_(
            2,
            takes.label[:, None, None].expand(-1, count, 1),
            error.new_full((1, 1, 1), -1).expand(len(error), count, 1),
        )
    else:
        error -= takes.answer[:, None]
    error *= rate[..., None]
    flat = takes.features.T @ error.view(len(error), count * classes)
    return flat.view(width, count, classes).permute(1, 0, 2) + l2 * weights


def _bound(takes: Takes, include: Tensor, l2: float) -> Tensor:
    """Return (½ XᵀSX + l2)⁻¹ a subset: on weights that add up to 0 over classes it is a bound."""
    people, width = include.shape[1], takes.features.shape[1]
    gram = takes.features.new_zeros(people, width, width)
    for person in range(people):
        own = takes.features[takes.owner == person]
        gram[person] = own.T @ own
    total = (include @ gram.view(people, -1)).view(-1, width, width) / 2
    total.diagonal(dim1=1, dim2=2).add_(l2)
    metric: Tensor = torch.linalg.inv(total)
    return metric
