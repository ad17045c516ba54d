"""Influence of performers on queries by a Kronecker-factored Fisher (EK-FAC), without retraining.

For a network that minimises (1/N) Σ ℓᵢ + (λ/2)|θ|², a query's loss rises by about gᵀ H⁻¹ G_p / N
when performer p leaves (Koh & Liang 2017), with g the query's gradient, G_p the sum of p's, and H
the Hessian. H is taken as the Fisher plus λ, factored layer by layer into the covariances of a
layer's inputs and of its outputs' gradients, with eigenvalues corrected (George et al. 2018; Grosse
et al. 2023, §2.2). The Fisher's expectation over labels is exact, not drawn, so that the same
network gives the same figures. Performers' gradients are summed *before* the product with the
queries: the cost hangs on how many performers there are, not on how many takes.

It ranks. The effect of a whole performer is no small change, so it does not add up and must not
set prices.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

import torch
from torch import Tensor, nn

from yesand.kernel.errors import BadInput
from yesand.reliance.head import Takes
from yesand.reliance.trained import Trained


@dataclass(frozen=True)
class _Layer:
    """What one linear layer saw and what came back: ``inputs`` (N, in), ``slope`` (N, out)."""

    inputs: Tensor
    slope: Tensor


@dataclass(frozen=True)
class _Inverse:
    """The damped inverse of one layer's Fisher in its eigenbasis."""

    inner: Tensor
    outer: Tensor
    power: Tensor  # (out, in), damped eigenvalues

    def times(self, gradient: Tensor) -> Tensor:
        """Return H⁻¹ of gradients (P, out, in)."""
        turned = self.outer.T @ gradient @ self.inner
        found: Tensor = self.outer @ (turned / self.power) @ self.inner.T
        return found


def influence(trained: Trained, damping: float) -> Tensor:
    """Return how much each query's loss would rise without each performer, (performers, Q).

    Parameters
    ----------
    damping : the network's weight decay λ; more where the Fisher is far from the Hessian.

    Raises
    ------
    BadInput : damping is not above 0, or the network has no linear layer.
    """
    if not damping > 0:
        raise BadInput("Damping must lie above 0", where=f"damping {damping}")
    inverse = _fisher(trained.module, trained.takes, damping)
    takes, asked = (_layers(trained.module, t, t.label) for t in (trained.takes, trained.asked))
    whose, count = trained.whose(), len(trained.takes.label)
    found = torch.zeros(trained.performers, len(trained.asked.label)).to(whose)
    for one, seen, query in zip(inverse, takes, asked, strict=True):
        summed = torch.einsum("pn,no,ni->poi", whose, seen.slope, seen.inputs)
        turned = one.times(summed)
        found += torch.einsum("poi,qo,qi->pq", turned, query.slope, query.inputs)
    return found / count


def _fisher(module: nn.Module, takes: Takes, damping: float) -> list[_Inverse]:
    """Return each layer's damped inverse; labels are averaged over as the network expects them."""
    with torch.no_grad():
        chance = module(takes.features).softmax(1)
    count = len(chance)
    told = [torch.full((count,), label) for label in range(chance.shape[1])]
    passes = [_layers(module, takes, label) for label in told]
    found = []
    for layers in zip(*passes, strict=True):
        inner = _basis(layers[0].inputs.T @ layers[0].inputs / count)
        pairs = list(zip(chance.T, layers, strict=True))
        spread = [(p[:, None] * layer.slope).T @ layer.slope for p, layer in pairs]
        outer = _basis(torch.stack(spread).sum(0) / count)
        turned = (layers[0].inputs @ inner) ** 2
        power = [(p[:, None] * (layer.slope @ outer) ** 2).T @ turned for p, layer in pairs]
        found.append(_Inverse(inner, outer, torch.stack(power).sum(0) / count + damping))
    return found


def _basis(square: Tensor) -> Tensor:
    basis: Tensor = torch.linalg.eigh(square.double())[1].to(square)
    return basis


def _layers(module: nn.Module, takes: Takes, label: Tensor) -> list[_Layer]:
    """Return what every linear layer saw and the slope of −log p(label) by its outputs."""
    with _watched(module) as seen:
        scores = module(takes.features)
        loss = nn.functional.cross_entropy(scores, label, reduction="sum")
        slopes = torch.autograd.grad(loss, [output for _, output in seen])
    return [_Layer(inputs, slope) for (inputs, _), slope in zip(seen, slopes, strict=True)]


@contextmanager
def _watched(module: nn.Module) -> Iterator[list[tuple[Tensor, Tensor]]]:
    seen = list[tuple[Tensor, Tensor]]()

    def note(layer: nn.Module, given: tuple[Tensor, ...], output: Tensor) -> None:
        inputs = given[0].detach()
        if layer.bias is not None:
            inputs = torch.cat([inputs, torch.ones_like(inputs[:, :1])], 1)
        seen.append((inputs, output))

    linear = [part for part in module.modules() if isinstance(part, nn.Linear)]
    if not linear:
        raise BadInput("Influence is for networks with linear layers", where=type(module).__name__)
    hooks = [part.register_forward_hook(note) for part in linear]
    try:
        yield seen
    finally:
        for hook in hooks:
            hook.remove()
