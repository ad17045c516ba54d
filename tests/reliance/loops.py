"""Somebody else's training loops, small enough to be done again by hand."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any

import torch
from torch import Tensor, nn
from torch.nn.functional import cross_entropy

from yesand.reliance.inrun import InRun

PEOPLE, TAKES, WIDTH, CLASSES = 5, 60, 6, 3
Batch = tuple[Tensor, Tensor]


def data(seed: int = 0, shape: tuple[int, ...] = (WIDTH,)) -> tuple[Tensor, Tensor, list[str]]:
    """Return inputs, labels and owners; the last performer's labels are noise."""
    luck = torch.Generator().manual_seed(seed)
    label = torch.randint(0, CLASSES, (TAKES,), generator=luck)
    # What an emotion sounds like is the same for all takes, whatever the seed.
    meaning = torch.randn(CLASSES, *shape, generator=torch.Generator().manual_seed(7))
    x = meaning[label] + 0.7 * torch.randn(TAKES, *shape, generator=luck)
    owner = [f"P{i % PEOPLE}" for i in range(TAKES)]
    mine = torch.tensor([i % PEOPLE == PEOPLE - 1 for i in range(TAKES)])
    label[mine] = torch.randint(0, CLASSES, (int(mine.sum()),), generator=luck)
    return x, label, owner


def batches(x: Tensor, y: Tensor, size: int = 20) -> list[Batch]:
    return list(zip(x.split(size), y.split(size), strict=True))


def mlp(seed: int = 0) -> nn.Module:
    torch.manual_seed(seed)
    return nn.Sequential(nn.Linear(WIDTH, 8), nn.Tanh(), nn.Linear(8, CLASSES))


def sgd(model: nn.Module, **how: Any) -> torch.optim.Optimizer:
    return torch.optim.SGD(model.parameters(), **{"lr": 0.1, **how})


def run(
    model: nn.Module,
    optimiser: torch.optim.Optimizer,
    epochs: int = 2,
    seed: int = 0,
    shape: tuple[int, ...] = (WIDTH,),
    between: Callable[[], None] = lambda: None,
    again: bool = False,
    **how: Any,
) -> InRun:
    """Train, watched; the queries are new takes of the same emotions."""
    x, y, owner = data(seed, shape)
    asked = how.pop("queries", None) or batches(*data(seed + 100, shape)[:2])
    watch = InRun(model, optimiser, owners=owner, queries=asked, **how)
    luck = torch.Generator().manual_seed(seed)
    for _ in range(epochs):
        for takes in torch.randperm(TAKES, generator=luck).split(12):
            loss = partial(_losses, model, x[takes], y[takes])
            losses = loss()
            watch.step(losses, takes, loss if again else None)
            optimiser.zero_grad()
            losses.mean().backward()
            between()
            optimiser.step()
    return watch


def _losses(model: nn.Module, x: Tensor, y: Tensor) -> Tensor:
    return cross_entropy(model(x), y, reduction="none")
