"""A course of training, fixed beforehand: everything but the takes and their weights.

Which takes come in which batch is decided by the seed alone, whoever is in, and the loss of a batch
is (1/batch) Σ wᵢ ℓᵢ with a denominator that never changes. So a take of weight 0 leaves no trace,
its neighbours stay where they were, and the trained parameters are a smooth function of w.
"""

from __future__ import annotations

from dataclasses import dataclass
from math import ceil, cos, pi
from typing import Literal

import torch
from torch import Tensor

from yesand.kernel.errors import BadInput
from yesand.reliance.trajectory.network import Network, Precision


@dataclass(frozen=True)
class Course:
    """How a network is trained.

    Attributes
    ----------
    epochs : how often every take comes.
    batch : takes a step; the loss is divided by it, whoever is in.
    rate, schedule : learning rate, constant or falling to 0 by half a cosine.
    momentum : of ``sgd``; ``adam`` has betas of (momentum, .999).
    decay : L2 penalty: added to the gradient for ``sgd``, decoupled (AdamW) for ``adam``.
    passes : precision of what runs through the network; parameters, sums and utilities are single.
    """

    network: Network
    epochs: int = 20
    batch: int = 64
    rate: float = 0.02
    schedule: Literal["constant", "cosine"] = "constant"
    momentum: float = 0.9
    decay: float = 1e-2
    optimiser: Literal["sgd", "adam"] = "sgd"
    passes: Precision = "single"

    def __post_init__(self) -> None:
        """Refuse what cannot be trained."""
        if self.epochs < 1 or self.batch < 1 or not self.rate > 0:
            raise BadInput(
                "A course needs an epoch, a take a batch and a rate above 0", where="course"
            )
        if not 0 <= self.momentum < 1 or self.decay < 0:
            raise BadInput("Momentum lies in [0, 1) and decay is not negative", where="course")

    def steps(self, takes: int) -> int:
        """Return how many steps so many takes make."""
        return ceil(self.epochs * takes / self.batch)

    def rates(self, takes: int) -> list[float]:
        """Return the learning rate of each step."""
        count = self.steps(takes)
        if self.schedule == "constant":
            return [self.rate] * count
        return [self.rate * (1 + cos(pi * step / count)) / 2 for step in range(count)]

    def order(self, takes: int, seed: int) -> Tensor:
        """Return which takes come when, (steps, batch): one shuffle after another, cut evenly."""
        draw = torch.Generator().manual_seed(seed)
        long = self.steps(takes) * self.batch
        shuffles = [torch.randperm(takes, generator=draw) for _ in range(ceil(long / takes))]
        return torch.cat(shuffles)[:long].view(-1, self.batch)
