"""Derivatives of Σ wᵢ ℓᵢ of many networks at once, ℓ the cross-entropy of their logits.

With p = softmax(z): ∂ℓ/∂z = p − y and, where the parameters move along v and so the logits along ż,
ℓ̇ = ⟨p − y, ż⟩ = ⟨∇ℓ, v⟩. That is what the gradient of a take does along v; and the gradient of
Σ wᵢ ℓ̇ᵢ is the curvature H v (Pearlmutter 1994). One pass forward, with ż beside z, and one back
give both, whatever the layers are.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import torch
from torch import Tensor
from torch.autograd import grad

from yesand.reliance.trajectory import dual
from yesand.reliance.trajectory.network import Parameters
from yesand.reliance.trajectory.stacked import Logits


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


def slope(logits: Logits, here: Parameters, batch: Batch) -> Parameters:
    """Return the gradient of Σ wᵢ ℓᵢ, (M, …)."""
    leaves = _leaves(here)
    scores = logits(leaves, batch.features)
    pull = (chances(scores.detach()) - batch.answer).mul_(batch.weight[..., None])
    return _back([scores], leaves, [pull])


def slopes(logits: Logits, here: Parameters, batch: Batch, weights: Tensor) -> Parameters:
    """Return the gradients of Q sums Σ wᵢ ℓᵢ of each network, (M, Q, …), for weights (Q, B)."""
    leaves = _leaves(here)
    scores = logits(leaves, batch.features)
    wrong = chances(scores.detach()) - batch.answer
    found = [_back([scores], leaves, [wrong * weight[:, None]]) for weight in weights]
    return {name: torch.stack([one[name] for one in found], 1) for name in here}


def leans(
    logits: Logits, here: Parameters, alongs: Sequence[Parameters], batch: Batch
) -> tuple[Tensor, Parameters]:
    """Return how every take's loss moves where the parameters move along each of Q directions.

    (M, Q, B); and, from the same pass, the gradient of Σ wᵢ ℓᵢ, (M, …).
    """
    leaves, told = _leaves(here), list[Tensor]()
    for first, along in ((not at, along) for at, along in enumerate(alongs)):
        with dual.level(), torch.set_grad_enabled(first):
            scores, moved = dual.parted(logits(_moving(leaves, along), batch.features))
        if first:
            answered, wrong = scores, chances(scores.detach()) - batch.answer
        told.append(_dot(wrong, moved.detach())[..., 0])
    pull = wrong * batch.weight[..., None]
    return torch.stack(told, 1), _back([answered], leaves, [pull])


def bend(
    logits: Logits, here: Parameters, along: Parameters, batch: Batch, mine: Tensor | None = None
) -> tuple[Tensor, Parameters]:
    """Return how every take's loss moves (M, B), and how the gradient of Σ wᵢ ℓᵢ does (M, …).

    Parameters
    ----------
    mine : (M, B) how the weights move meanwhile; they stay without it.
    """
    leaves = _leaves(here)
    with dual.level():
        scores, moved = dual.parted(logits(_moving(leaves, along), batch.features))
    chance, turned = chances(scores.detach()), moved.detach()
    wrong, weight = chance - batch.answer, batch.weight[..., None]
    swing = chance.mul_(turned - _dot(chance, turned)).mul_(weight)
    if mine is not None:
        swing += wrong * mine[..., None]
    told = _dot(wrong, turned)[..., 0]
    return told, _back([scores, moved], leaves, [swing, wrong * weight])


def _dot(one: Tensor, other: Tensor) -> Tensor:
    return (one * other).sum(-1, keepdim=True)


def _leaves(here: Parameters) -> Parameters:
    return {name: value.detach().requires_grad_() for name, value in here.items()}


def _back(outputs: list[Tensor], leaves: Parameters, pulls: list[Tensor]) -> Parameters:
    """Pull back what leans on the parameters: of a linear network, ż does not."""
    leaning = [at for at, one in enumerate(outputs) if one.requires_grad]
    found = grad(
        [outputs[at] for at in leaning], list(leaves.values()), [pulls[at] for at in leaning],
        retain_graph=True, materialize_grads=True,
    )  # fmt: skip
    return dict(zip(leaves, found, strict=True))


def _moving(here: Parameters, along: Parameters) -> Parameters:
    directions = (along[name] for name in here)
    return dict(zip(here, dual.moving(here.values(), directions), strict=True))
