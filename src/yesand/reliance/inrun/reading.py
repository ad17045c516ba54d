"""Each take's part of a gradient along a direction, read from the training's own passes.

Layers that are linear in their weights (linear, convolution, the scale and shift of normalisation,
embeddings) give it by a ghost dot product: the loss's gradient at a layer's output, times what the
layer would put out for the same input if its weights were the direction (Wang et al. 2024, §4.2).
That is one more forward pass of the layer, and no gradient of a single take is ever formed.

For all other weights, and for all weights where takes see each other (batch normalisation), the
vector of losses is differentiated along the direction: by a small step that way and one more
forward pass, if the loop says how to make it, else by differentiating the training's own graph
twice, which costs several: J v = ∂⟨Jᵀu, v⟩/∂u.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import torch
from torch import Tensor, nn
from torch.nn import functional
from torch.utils.hooks import RemovableHandle

from yesand.reliance.inputs import Ints
from yesand.reliance.inrun.asking import kept, moved
from yesand.reliance.inrun.errors import BatchMismatch, NotTwice

#: How far along, as a part of the weights' length: well above rounding, well below curvature.
_STEP = 1e-3

Direction = Mapping[Tensor, Tensor]
Rule = Callable[[Any, Tensor, Tensor | None, Tensor | None], Tensor]


def _linear(layer: nn.Linear, x: Tensor, weight: Tensor | None, bias: Tensor | None) -> Tensor:
    return functional.linear(x, _or_nothing(weight, layer.weight), bias)


def _convolution(layer: Any, x: Tensor, weight: Tensor | None, bias: Tensor | None) -> Tensor:
    # The layer's own arithmetic, padding included, with other weights.
    made: Tensor = layer._conv_forward(x, _or_nothing(weight, layer.weight), bias)
    return made


def _batch_norm(layer: Any, x: Tensor, weight: Tensor | None, bias: Tensor | None) -> Tensor:
    own = layer.training or layer.running_mean is None
    mean, spread = (None, None) if own else (layer.running_mean, layer.running_var)
    scale = _or_nothing(weight, layer.weight)
    return functional.batch_norm(x, mean, spread, scale, bias, training=own, eps=layer.eps)


def _layer_norm(
    layer: nn.LayerNorm, x: Tensor, weight: Tensor | None, bias: Tensor | None
) -> Tensor:
    scale = _or_nothing(weight, layer.weight)
    return functional.layer_norm(x, layer.normalized_shape, scale, bias, layer.eps)


def _group_norm(
    layer: nn.GroupNorm, x: Tensor, weight: Tensor | None, bias: Tensor | None
) -> Tensor:
    return functional.group_norm(
        x, layer.num_groups, _or_nothing(weight, layer.weight), bias, layer.eps
    )


def _embedding(layer: nn.Embedding, x: Tensor, weight: Tensor | None, _: Tensor | None) -> Tensor:
    return functional.embedding(x, _or_nothing(weight, layer.weight), layer.padding_idx)


def _or_nothing(weight: Tensor | None, like: Tensor) -> Tensor:
    return torch.zeros_like(like) if weight is None else weight


#: Exact kinds: a subclass may compute something else.
RULES: dict[type[nn.Module], Rule] = {
    nn.Linear: _linear,
    nn.Conv1d: _convolution,
    nn.Conv2d: _convolution,
    nn.Conv3d: _convolution,
    nn.BatchNorm1d: _batch_norm,
    nn.BatchNorm2d: _batch_norm,
    nn.BatchNorm3d: _batch_norm,
    nn.LayerNorm: _layer_norm,
    nn.GroupNorm: _group_norm,
    nn.Embedding: _embedding,
}


@dataclass(frozen=True, eq=False)
class Batch:
    """A batch on its way through ``backward``.

    Attributes
    ----------
    takes : their numbers.
    losses : (takes,) without their graph. again : computes them once more, if it is given.
    passes : (layer, what it was given, the loss's gradient at its output), as they come.
    read : (takes,) what was read from the losses' graph, and along which direction.
    """

    takes: Ints
    losses: Tensor
    again: Callable[[], Tensor] | None
    read: tuple[Tensor, Direction] | None
    passes: list[tuple[nn.Module, Tensor, Tensor]] = field(default_factory=list)


class Ghosts:
    """Listens to layers by hooks: only while told to, only in passes that lead to a backward.

    Attributes
    ----------
    covered : the weights that can be read.
    """

    def __init__(self, model: nn.Module, weights: Sequence[Tensor]) -> None:
        self._wanted = set(weights)
        self.listening = False
        layers = [m for m in model.modules() if type(m) in RULES and self._wanted & set(_own(m))]
        self._hooks: list[RemovableHandle] = [
            layer.register_forward_hook(self._forward, with_kwargs=True) for layer in layers
        ]
        self._keep(layers)
        self._batch: Batch | None = None
        self._late = False

    def begin(self) -> None:
        """Listen from now on."""
        self.listening, self._late, self._batch = True, False, None

    def expect(self, batch: Batch) -> None:
        """Have the next backward pass told to a batch.

        Raises
        ------
        BatchMismatch : the backward pass has been made already.
        """
        if self._late:
            self._late = False
            raise BatchMismatch(
                "The takes were named after their backward pass",
                where="step",
                remedy="Call step(losses, takes) before losses.mean().backward().",
            )
        self._batch = batch

    def drop_what_was_missed(self, batches: Sequence[Batch]) -> None:
        """Read no more the layers that have a gradient and were not heard: they were not called.

        Their weights, and those of layers whose rows are not takes, are then no longer covered.
        """
        heard = {layer for batch in batches for layer, _, _ in batch.passes}
        missed = {m for m in self._layers if m not in heard and _has_gradient(m)}
        if missed:
            self._keep([m for m in self._layers if m not in missed])

    def close(self) -> None:
        """Take the hooks off."""
        for hook in self._hooks:
            hook.remove()

    def _keep(self, layers: list[nn.Module]) -> None:
        self._layers = layers
        self.covered = {w for layer in layers for w in _own(layer)} & self._wanted

    def _forward(self, layer: nn.Module, args: Any, kwargs: Any, output: Any) -> None:
        if self.listening and isinstance(output, Tensor) and output.requires_grad:
            given = (args[0] if args else kwargs["input"]).detach()
            output.register_hook(  # type: ignore[no-untyped-call]
                lambda slope: self._backward(layer, given, slope)
            )

    def _backward(self, layer: nn.Module, given: Tensor, slope: Tensor) -> None:
        if not self.listening or layer not in self._layers:
            return
        if self._batch is None:
            self._late = True
        elif len(slope) == len(given) == len(self._batch.takes):
            self._batch.passes.append((layer, given, slope.detach()))


@torch.no_grad()
def along_layers(batch: Batch, direction: Direction) -> Tensor:
    """Return each take's part along a direction, as the layers tell it, (takes,)."""
    parts = [torch.zeros(len(batch.takes))]
    for layer, given, slope in batch.passes:
        weight, bias = (_along(direction, layer, n, slope) for n in ("weight", "bias"))
        if weight is not None or bias is not None:
            put_out = RULES[type(layer)](layer, _like(given, slope), weight, bias)
            # In single precision whatever the passes are in: what is added up here is small.
            parts.append((put_out.float() * slope.float()).reshape(len(slope), -1).sum(1))
    return torch.stack([part.to(parts[-1].device) for part in parts]).sum(0)


def along_losses(
    losses: Tensor, weights: Sequence[Tensor], aim: Callable[[dict[Tensor, Tensor]], Direction]
) -> tuple[Tensor, Direction]:
    """Return each loss's derivative along a direction in the weights, (takes,), and that direction.

    The graph is kept for the training's own backward pass.

    Parameters
    ----------
    aim : weight → gradient to weight → direction.

    Raises
    ------
    NotTwice : a kernel has no second derivative.
    """
    unit = torch.ones_like(losses, requires_grad=True)
    pulled = torch.autograd.grad(
        losses, weights, unit, create_graph=True, allow_unused=True, materialize_grads=True
    )
    mean = {w: p.detach() / len(losses) for w, p in zip(weights, pulled, strict=True)}
    direction = aim(mean)
    parts = [(p * direction[w]).sum() for w, p in zip(weights, pulled, strict=True)]
    # A weight that the losses do not depend on leaves no graph behind.
    whole = torch.stack(parts).sum() + 0 * unit.sum()
    try:
        return torch.autograd.grad(whole, unit, retain_graph=True)[0].detach(), direction
    except RuntimeError as fault:
        raise NotTwice(
            f"Weights outside of layers cannot be read here: {str(fault).splitlines()[0]}",
            where="step",
            remedy="For attention, train under sdpa_kernel(SDPBackend.MATH) of torch.nn.attention.",
        ) from fault


@torch.no_grad()
def along_again(model: nn.Module, batch: Batch, direction: Direction) -> Tensor:
    """Return each loss's derivative along a direction, (takes,), by a step and one forward pass.

    Weights, statistics and what normalisation counts are left as they were.
    """
    assert batch.again
    weights, along = list(direction), list(direction.values())
    far = torch.stack([d.norm() for d in along]).norm()
    if not far:
        return torch.zeros_like(batch.losses)
    step = float(_STEP * torch.stack([w.norm() for w in weights]).norm() / far)
    there = [w + step * d for w, d in zip(weights, along, strict=True)]
    with kept(model), moved(weights, there):
        return (batch.again().detach() - batch.losses) / step


def inner(direction: Direction) -> Tensor:
    """Return ⟨direction, gradient⟩ over the weights' own ``.grad``."""
    parts = [
        (d * w.grad).sum(dtype=torch.float64) for w, d in direction.items() if w.grad is not None
    ]
    return torch.stack(parts).sum() if parts else torch.zeros((), dtype=torch.float64)


def _own(layer: nn.Module) -> list[Tensor]:
    return list(layer.parameters(recurse=False))


def _has_gradient(layer: nn.Module) -> bool:
    return any(w.grad is not None and bool(w.grad.any()) for w in _own(layer))


def _along(direction: Direction, layer: nn.Module, name: str, like: Tensor) -> Tensor | None:
    weight = getattr(layer, name, None)
    along = None if weight is None else direction.get(weight)
    return None if along is None else along.to(like.dtype)


def _like(given: Tensor, slope: Tensor) -> Tensor:
    return given.to(slope.dtype) if given.is_floating_point() else given
