"""The gradient of the utility on a batch of queries, without leaving a trace in the training."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any

import torch
from torch import Tensor, nn
from torch.nn.functional import cross_entropy

Utility = Callable[[nn.Module, Any], Tensor]


def log_likelihood(model: nn.Module, batch: Any) -> Tensor:
    """Return the mean log-likelihood (nats) that a classifier gives to a batch (inputs, labels)."""
    inputs, labels = batch
    return -cross_entropy(model(inputs), labels)


def gradient(
    model: nn.Module, weights: Sequence[Tensor], utility: Utility, batch: Any
) -> list[Tensor]:
    """Return ∂U/∂weight, as the model would answer in service.

    Neither ``.grad`` nor statistics of normalisation nor the luck of dropout are touched: the model
    is in evaluation mode while it is asked, and then as it was.
    """
    with _in_service(model), kept(model), torch.enable_grad():
        asked = utility(model, batch)
        found = torch.autograd.grad(asked, weights, allow_unused=True, materialize_grads=True)
    return [one.detach() for one in found]


@contextmanager
def moved(weights: Sequence[Tensor], there: Sequence[Tensor]) -> Iterator[None]:
    """Have the weights stand somewhere else for a while, then exactly where they were."""
    here = [weight.detach().clone() for weight in weights]
    _put(weights, there)
    try:
        yield
    finally:
        _put(weights, here)


@contextmanager
def kept(model: nn.Module) -> Iterator[None]:
    """Have the model's statistics be afterwards what they were before."""
    buffers = list(model.buffers())
    before = [buffer.clone() for buffer in buffers]
    try:
        yield
    finally:
        _put(buffers, before)


def _put(weights: Sequence[Tensor], values: Sequence[Tensor]) -> None:
    with torch.no_grad():
        for weight, value in zip(weights, values, strict=True):
            weight.copy_(value)


@contextmanager
def _in_service(model: nn.Module) -> Iterator[None]:
    training = [module for module in model.modules() if module.training]
    for module in training:
        module.training = False
    try:
        yield
    finally:
        for module in training:
            module.training = True
