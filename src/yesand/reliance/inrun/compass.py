"""Which way is towards what the model is used for, as far as an optimiser lets it go there."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import torch
from torch import Tensor, nn
from torch.optim import Optimizer

from yesand.reliance.inrun import reach
from yesand.reliance.inrun.asking import Utility, gradient, moved
from yesand.reliance.inrun.errors import LossNotFinite
from yesand.reliance.inrun.reading import Direction


class Compass:
    """Holds ∂U/∂weight as it was last asked, and turns it into the direction of a step's worth.

    Attributes
    ----------
    weights : what is trained. row : the batch of queries that was asked last. asked : how often.
    """

    def __init__(
        self,
        model: nn.Module,
        optimiser: Optimizer,
        queries: Sequence[Any],
        utility: Utility,
        order: int,
        average: int,
    ) -> None:
        reach.check(optimiser)
        self._model, self._optimiser = model, optimiser
        self._queries, self._utility, self._order = queries, utility, order
        groups = [(w, g) for g in optimiser.param_groups for w in g["params"] if w.requires_grad]
        self._group: dict[Tensor, dict[str, Any]] = dict(groups)
        self.weights: list[Tensor] = [w for w, _ in groups]
        self.row, self.asked = 0, 0
        self._slope = dict[Tensor, Tensor]()
        self._before: list[Tensor] = []
        self._average = _Average(model, average) if average else None

    def ask(self) -> None:
        """Take the gradient of the utility on the next batch of queries.

        Raises
        ------
        LossNotFinite : it is not a number.
        """
        self.row = self.asked % len(self._queries)
        self._slope = dict(zip(self.weights, self._somewhere(), strict=True))
        self.asked += 1

    def aim(self, gradients: Mapping[Tensor, Tensor]) -> Direction:
        """Return weight → d, so that ⟨d, g⟩ is what a part g of the step's gradient gains.

        Parameters
        ----------
        gradients : weight → the whole gradient that the coming step will take.
        """
        return {
            w: self._slope[w] * reach.reach(self._optimiser, self._group[w], w, g)
            for w, g in gradients.items()
        }

    def steady(self) -> bool:
        """Tell whether the same gradient comes out a second time, bit by bit."""
        return all(map(torch.equal, self._slope.values(), self._somewhere()))

    def follow(self) -> None:
        """Take note of where a step has led."""
        if self._average:
            self._average.follow()

    def _somewhere(self) -> list[Tensor]:
        """Ask where it tells most: at the average, ahead of the weights, or where they are."""
        if self._average:
            with moved(self._average.live, self._average.kept):
                return self._gradient()
        return self._ahead() if self._order == 2 else self._gradient()

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


class _Average:
    """The moving average of weights and statistics over so many steps; early ones fade fast."""

    def __init__(self, model: nn.Module, steps: int) -> None:
        self.live = [v for v in model.state_dict().values() if v.is_floating_point()]
        self.kept = [v.clone() for v in self.live]
        self._decay, self._step = 1 - 1 / (1 + steps), 0

    def follow(self) -> None:
        decay = min(self._decay, (self._step + 1) / (self._step + 10))
        torch._foreach_lerp_(self.kept, self.live, 1 - decay)
        self._step += 1
