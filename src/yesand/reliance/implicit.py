"""Aumann–Shapley for the convex head, in closed form: exact, without seeds, for any take.

Where takes weigh t, the head W(t) is a minimum, so by the implicit function theorem ∂W/∂wᵢ =
−H⁻¹ ∇ℓᵢ with H the Hessian there (Cook & Weisberg 1982), and a take's value is the integral of
−∇Uᵀ H⁻¹ ∇ℓᵢ along the path (see ``trajectory.path``). H has (width × classes)² numbers: one
Cholesky factor a node answers for all takes and all who are asked.
"""

from __future__ import annotations

import torch
from torch import Tensor
from torch.nn.functional import one_hot

from yesand.affect.head.curvature import hessian, one_thread
from yesand.kernel.errors import CheckFailed
from yesand.reliance import head
from yesand.reliance.head import Takes
from yesand.reliance.trajectory.path import Values
from yesand.reliance.trajectory.places import fixed

NODES = 12
_POLISHES = 30


def head_values(takes: Takes, asked: Takes, rate: Tensor, l2: float, count: int = NODES) -> Values:
    """Return every take's value, as of one seed.

    Parameters
    ----------
    rate : (queries, Q); utility q is Σⱼ rateⱼ, q · log p(labelⱼ).

    Raises
    ------
    CheckFailed : the head did not converge.
    """
    place, weight = (x.to(takes.features) for x in fixed(count))
    along = torch.cat([place, place.new_ones(1)])
    people = int(takes.owner.max()) + 1
    fitted = head.fit(takes, along[:, None].expand(-1, people).contiguous(), l2)
    with one_thread():
        found = [
            _at(takes, asked, rate, l2, float(t), w) for t, w in zip(along, fitted, strict=True)
        ]
    slope = torch.stack([one[0] for one in found])
    whole = found[-1][1]
    return Values(
        effect=torch.einsum("k,kqn->qn", weight, slope[:-1])[None],
        edge=slope[-1][None],
        whole=whole[None],
        none=-(rate.sum(0) * torch.log(rate.new_tensor(takes.classes)))[None],
    )


def _at(
    takes: Takes, asked: Takes, rate: Tensor, l2: float, t: float, weights: Tensor
) -> tuple[Tensor, Tensor]:
    """Return ∂U/∂wᵢ (Q, N) and the utilities (Q,) at one place of the path."""
    weights, factor = _polished(takes, weights, l2, t)
    told = (asked.features @ weights).log_softmax(1)
    utility = told.gather(1, asked.label[:, None])[:, 0] @ rate
    lift = told.exp() - one_hot(asked.label, asked.classes).to(told)
    rise = -torch.einsum("jd,jc,jq->dcq", asked.features, lift, rate).flatten(0, 1)
    along = torch.cholesky_solve(rise, factor).view(*weights.shape, -1)
    error = (takes.features @ weights).softmax(1) - takes.answer
    slope = -torch.einsum("nd,dcq,nc->qn", takes.features, along, error)
    return slope, utility


def _polished(takes: Takes, weights: Tensor, l2: float, t: float) -> tuple[Tensor, Tensor]:
    """Take Newton's steps to the minimum; return it with the Cholesky factor of its Hessian."""
    for _ in range(_POLISHES):
        chance = (takes.features @ weights).softmax(1)
        slope = t * takes.features.T @ (chance - takes.answer) + l2 * weights
        factor: Tensor = torch.linalg.cholesky(hessian(takes.features, chance, t, l2))
        step = torch.cholesky_solve(slope.reshape(-1, 1), factor).view_as(weights)
        if step.norm() <= 1e-9 * (1 + weights.norm()):
            return weights, factor
        weights = weights - step
    raise CheckFailed(
        "The head did not converge",
        where=f"takes at {t:.3g} of their weight",
        remedy="Give a larger l2.",
    )
