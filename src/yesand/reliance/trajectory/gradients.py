"""Derivatives of Σ wᵢ ℓᵢ of many networks at once, ℓ the cross-entropy of their logits.

With p = softmax(z): ∂ℓ/∂z = p − y and, where the parameters move along v and so the logits along ż,
ℓ̇ = ⟨p − y, ż⟩ = ⟨∇ℓ, v⟩. That is what the gradient of a take does along v; and the gradient of
Σ wᵢ ℓ̇ᵢ is the curvature H v (Pearlmutter 1994). One pass forward, with ż beside z, and one back
give both, whatever the layers are.
"""

from __future__ import annotations

from dataclasses import dataclass

import torch
from torch import Tensor
from torch.autograd import grad

from yesand.reliance.trajectory import dual
from yesand.reliance.trajectory.flat import Rows


@dataclass(frozen=True)
class Batch:
    """What one step sees: features (M, B, …), answer (M, B, C) with a 1 a take, weight (M, B)."""

    features: Tensor
    answer: Tensor
    weight: Tensor

    def repeated(self, times: int) -> Batch:
        """Return every network's batch so many times, one after another."""
        if times == 1:
            return self
        return Batch(*(part.repeat_interleave(times, 0) for part in vars(self).values()))


def chances(logits: Tensor) -> Tensor:
    """Return softmax(z) over the last axis; by hand, as the library's is slow for few classes."""
    raised = (logits - logits.amax(-1, keepdim=True)).exp_()
    return raised.div_(raised.sum(-1, keepdim=True))


def slope(networks: Rows, here: Tensor, batch: Batch) -> Tensor:
    """Return the gradient of Σ wᵢ ℓᵢ, (M, P)."""
    leaf = here.detach().requires_grad_()
    scores = networks.logits(leaf, batch.features)
    pull = (chances(scores.detach()) - batch.answer).mul_(batch.weight[..., None])
    return _back(leaf, (scores, pull))


def slopes(networks: Rows, here: Tensor, batch: Batch, weights: Tensor) -> Tensor:
    """Return the gradients of Q sums Σ wᵢ ℓᵢ of each network, (M, Q, P), for weights (Q, B)."""
    leaf = here.detach().requires_grad_()
    scores = networks.logits(leaf, batch.features)
    wrong = chances(scores.detach()) - batch.answer
    found = [_back(leaf, (scores, wrong * weight[:, None])) for weight in weights]
    return torch.stack(found, 1)


def leans(networks: Rows, here: Tensor, along: Tensor, batch: Batch) -> tuple[Tensor, Tensor]:
    """Return how every take's loss moves along Q directions (M, Q, P): (M, Q, B).

    And, from the same pass, the gradient of Σ wᵢ ℓᵢ, (M, P).
    """
    leaf, told = here.detach().requires_grad_(), list[Tensor]()
    for at, direction in enumerate(along.unbind(1)):
        with dual.level(), torch.set_grad_enabled(not at):
            moving = dual.moving(leaf, direction)
            scores, moved = dual.parted(networks.logits(moving, batch.features))
        if not at:
            answered, wrong = scores, chances(scores.detach()) - batch.answer
        told.append(_dot(wrong, moved.detach())[..., 0])
    pull = wrong * batch.weight[..., None]
    return torch.stack(told, 1), _back(leaf, (answered, pull))


def bend(
    networks: Rows, here: Tensor, along: Tensor, batch: Batch, mine: Tensor | None = None
) -> tuple[Tensor, Tensor]:
    """Return how every take's loss moves (M, B), and how the gradient of Σ wᵢ ℓᵢ does (M, P).

    Parameters
    ----------
    mine : (M, B) how the weights move meanwhile; they stay without it.
    """
    leaf = here.detach().requires_grad_()
    with dual.level():
        scores, moved = dual.parted(networks.logits(dual.moving(leaf, along), batch.features))
    chance, turned = chances(scores.detach()), moved.detach()
    wrong, weight = chance - batch.answer, batch.weight[..., None]
    swing = chance.mul_(turned - _dot(chance, turned)).mul_(weight)
    if mine is not None:
        swing += wrong * mine[..., None]
    told = _dot(wrong, turned)[..., 0]
    return told, _back(leaf, (scores, swing), (moved, wrong * weight))


def _dot(one: Tensor, other: Tensor) -> Tensor:
    return (one * other).sum(-1, keepdim=True)


def _back(leaf: Tensor, *pulled: tuple[Tensor, Tensor]) -> Tensor:
    """Pull back what leans on the parameters: of a linear network, ż does not."""
    outputs, pulls = zip(*((one, pull) for one, pull in pulled if one.requires_grad), strict=True)
    return grad(outputs, leaf, pulls, retain_graph=True)[0]
