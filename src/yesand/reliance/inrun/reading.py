"""Each take's part of a gradient along a direction, read from the training's own passes.

Layers that are linear in their weights (linear, convolution, the scale and shift of normalisation,
embeddings) give it by a ghost dot product: the loss's gradient at a layer's output, times what the
layer would put out for the same input if its weights were the direction (Wang et al. 2024, §4.2).
That is one more forward pass of the layer, and no gradient of a single take is ever formed. Under
batch normalisation takes see each other; what a take does through the others' normalisation is
then counted as its own, and the parts still add up to the whole gradient.

For all other weights the vector of losses is differentiated along the direction, by
differentiating the training's own graph twice: J v = ∂⟨Jᵀu, v⟩/∂u.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import torch
from torch import Tensor, nn
from torch.nn import functional
from torch.utils.hooks import RemovableHandle

from yesand.reliance.inrun.errors import BatchMismatch, NotTwice

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


class Ghosts:
    """Reads layers by hooks: only while ``listening``, only in passes that lead to a backward.

    Attributes
    ----------
    covered : the weights that are read.
    """

    def __init__(self, model: nn.Module, weights: Sequence[Tensor]) -> None:
        self._wanted = set(weights)
        self.listening = False
        layers = [m for m in model.modules() if type(m) in RULES and self._wanted & set(_own(m))]
        self._hooks: list[RemovableHandle] = [
            layer.register_forward_hook(self._forward, with_kwargs=True) for layer in layers
        ]
        self._keep(layers)
        self._direction: Direction = {}
        self._parts: Tensor | None = None
        self._read, self._odd = set[nn.Module](), set[nn.Module]()
        self._late = False

    def begin(self, direction: Direction) -> None:
        """Listen from now on, along a direction; an empty one cannot be listened to."""
        self.listening = bool(direction)
        self._direction, self._parts = direction, None
        self._read = set()

    def expect(self, takes: int, device: torch.device) -> Tensor:
        """Return what fills with the parts of so many takes in the next backward pass.

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
        self._parts = torch.zeros(takes, device=device)
        return self._parts

    def drop_what_was_missed(self) -> None:
        """Read no more the layers that have a gradient and were not read: they were not called.

        Their weights, and those of layers whose rows are not takes, are then no longer covered.
        """
        missed = {m for m in self._layers if m not in self._read and _has_gradient(m)}
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

    @torch.no_grad()
    def _backward(self, layer: nn.Module, given: Tensor, slope: Tensor) -> None:
        if not self.listening or layer not in self._layers:
            return
        if self._parts is None:
            self._late = True
        elif len(slope) == len(given) == len(self._parts):
            weight, bias = (_along(self._direction, layer, n, slope) for n in ("weight", "bias"))
            put_out = RULES[type(layer)](layer, _like(given, slope), weight, bias)
            parts = (put_out * slope).reshape(len(slope), -1).sum(1, dtype=torch.float32)
            self._parts += parts
            self._read.add(layer)


def along_losses(losses: Tensor, direction: Direction) -> Tensor:
    """Return each loss's derivative along a direction in the weights, (takes,).

    The graph is kept for the training's own backward pass.

    Raises
    ------
    NotTwice : a kernel has no second derivative.
    """
    unit = torch.ones_like(losses, requires_grad=True)
    pulled = torch.autograd.grad(
        losses, [*direction], unit, create_graph=True, allow_unused=True, materialize_grads=True
    )
    parts = [(p * d).sum() for p, d in zip(pulled, direction.values(), strict=True)]
    # A weight that the losses do not depend on leaves no graph behind.
    whole = torch.stack(parts).sum() + 0 * unit.sum()
    try:
        return torch.autograd.grad(whole, unit, retain_graph=True)[0].detach()
    except RuntimeError as fault:
        raise NotTwice(
            f"Weights outside of layers cannot be read here: {str(fault).splitlines()[0]}",
            where="step",
            remedy="For attention, train under sdpa_kernel(SDPBackend.MATH) of torch.nn.attention.",
        ) from fault


def inner(direction: Direction, weights: Sequence[Tensor]) -> Tensor:
    """Return ⟨direction, gradient⟩ over the weights' own ``.grad``."""
    parts = [
        (direction[w] * w.grad).sum(dtype=torch.float64) for w in weights if w.grad is not None
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
