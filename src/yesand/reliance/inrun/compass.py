"""Which way is towards what the model is used for, as far as an optimiser lets it go there."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import torch
from torch import Tensor, nn
from torch.optim import Optimizer

from yesand.reliance.inrun import reach
from yesand.reliance.inrun.asking import Utility, gradient, moved
from yesand.reliance.inrun.errors import LossNotFinite
from yesand.reliance.inrun.reading import Direction


class Compass:
    """Holds the direction in which a take's gradient counts: ∂U/∂w · (−reach) for every weight.

    Attributes
    ----------
    row : the batch of queries that was asked last. asked : how often any was.
    direction : weight → direction, in units of the optimiser's ``pace``; empty while the optimiser
        has no state.
    """

    def __init__(
        self,
        model: nn.Module,
        optimiser: Optimizer,
        queries: Sequence[Any],
        utility: Utility,
        order: int,
    ) -> None:
        reach.check(optimiser)
        self._model, self._optimiser = model, optimiser
        self._queries, self._utility, self._order = queries, utility, order
        self._groups = [
            (g, w) for g in optimiser.param_groups for w in g["params"] if w.requires_grad
        ]
        self.weights: list[Tensor] = [w for _, w in self._groups]
        self.row, self.asked = 0, 0
        self.direction: Direction = {}
        self._slope, self._profile = list[Tensor](), tuple[float, ...]()
        self._before: list[Tensor] = []

    def ask(self) -> None:
        """Take the gradient of the utility on the next batch of queries.

        Raises
        ------
        LossNotFinite : it is not a number.
        """
        self.row = self.asked % len(self._queries)
        self._slope = self._ahead() if self._order == 2 else self._gradient()
        self.asked += 1
        self._aim()

    def keep_up(self) -> None:
        """Aim anew where learning rates have shifted against each other, or state was missing."""
        if not self.direction or self._profile != reach.profile(self._optimiser):
            self._aim()

    def steady(self) -> bool:
        """Tell whether the same gradient comes out a second time, bit by bit."""
        again = self._gradient()
        return all(torch.equal(a, b) for a, b in zip(self._slope, again, strict=True))

    def _ahead(self) -> list[Tensor]:
        """Ask half-way to where the weights will be at the next asking, if they go on as before."""
        here = [w.detach().clone() for w in self.weights]
        before, self._before = self._before or here, here
        with moved(self.weights, [h + (h - b) / 2 for h, b in zip(here, before, strict=True)]):
            return self._gradient()

    def _gradient(self) -> list[Tensor]:
        found = gradient(self._model, self.weights, self._utility, self._queries[self.row])
        if not all(bool(one.isfinite().all()) for one in found):
            raise LossNotFinite(
                "The utility's gradient is not a number",
                where=f"queries {self.row}",
                remedy="Look at these queries, or at a learning rate that is too high.",
            )
        return found

    def _aim(self) -> None:
        self._profile = reach.profile(self._optimiser)
        rates = {id(g): r for g, r in zip(self._optimiser.param_groups, self._profile, strict=True)}
        reached = (reach.reach(self._optimiser, g, w) for g, w in self._groups)
        self.direction = {
            w: slope * far * rates[id(g)]
            for (g, w), slope, far in zip(self._groups, self._slope, reached, strict=True)
            if far is not None
        }
