"""Where a training stands: everything that its next step depends on, to be kept and taken up again.

A training that is taken up from here makes, bit by bit, the steps that it would have made.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

import torch
from torch import Tensor, nn

from yesand.affect.curves import Curve
from yesand.affect.voice_model import VoiceModel

State = dict[str, Tensor]
#: What AdamW keeps for every parameter (Loshchilov & Hutter 2019, algorithm 2).
_MOMENTS = ("step", "exp_avg", "exp_avg_sq")


class Batches:
    """Batches for ever: every take once, in a new order, then again; all of one size."""

    def __init__(self, takes: Tensor, size: int, luck: torch.Generator) -> None:
        self.takes, self.size, self.luck = takes, size, luck
        self.waiting = takes[:0]

    def next(self) -> Tensor:
        """Return the next batch, (size,) takes."""
        while len(self.waiting) < self.size:
            again = self.takes[torch.randperm(len(self.takes), generator=self.luck)]
            self.waiting = torch.cat([self.waiting, again])
        chosen, self.waiting = self.waiting[: self.size], self.waiting[self.size :]
        return chosen


class Store(Protocol):
    """Keeps where one training stands, for as long as it is not done."""

    def found(self) -> tuple[int, State] | None:
        """Return how many steps were made and the state after them, if something is kept."""
        ...

    def refuse(self, why: str) -> None:
        """Throw away what was found, as it is none of this training."""
        ...

    def due(self) -> bool:
        """Tell whether it is time to keep a state again."""
        ...

    def keep(self, step: int, state: State) -> None:
        """Keep the state after so many steps in place of the one before."""
        ...


@dataclass(frozen=True, eq=False)
class Standing:
    """What a training consists of.

    Attributes
    ----------
    average : the moving average of the model's floating-point values, in their order.
    """

    model: nn.Module
    average: Sequence[Tensor]
    optimiser: torch.optim.Optimizer
    luck: torch.Generator
    batches: Batches
    curve: Curve | None = None

    def state(self) -> State:
        """Return a copy of everything, by name."""
        told = {f"model.{name}": value for name, value in self.model.state_dict().items()}
        told |= {f"average.{n}": value for n, value in enumerate(self.average)}
        for n, parameter in enumerate(self._parameters()):
            known = self.optimiser.state.get(parameter, {})
            told |= {f"moment.{n}.{name}": known[name] for name in _MOMENTS if name in known}
        told |= {"luck": self.luck.get_state(), "waiting": self.batches.waiting}
        told |= self.curve.state() if self.curve else {}
        return {name: value.detach().contiguous().clone() for name, value in told.items()}

    @torch.no_grad()
    def restore(self, state: State) -> bool:
        """Take a state up, or leave everything as it is and return false: it does not fit."""
        if not self._fits(state):
            return False
        own = self.model.state_dict()
        for name, value in own.items():
            value.copy_(state[f"model.{name}"])
        for n, value in enumerate(self.average):
            value.copy_(state[f"average.{n}"])
        for n, parameter in enumerate(self._parameters()):
            if f"moment.{n}.step" in state:
                self.optimiser.state[parameter] = _moments(parameter, state, n)
        self.luck.set_state(state["luck"])
        self.batches.waiting = state["waiting"].clone()
        if self.curve:
            self.curve.restore(state)
        return True

    def _fits(self, state: State) -> bool:
        wanted = self.state()
        for n, parameter in enumerate(self._parameters()):
            moments = {"step": parameter.new_zeros(()), "exp_avg": parameter}
            moments["exp_avg_sq"] = parameter
            wanted |= {f"moment.{n}.{name}": value for name, value in moments.items()}
        if not wanted.keys() >= state.keys() or "waiting" not in state:
            return False
        lacking = {name for name in wanted.keys() - state.keys() if not name.startswith("moment.")}
        alike = all(
            (state[name].shape, state[name].dtype) == (wanted[name].shape, wanted[name].dtype)
            for name in state
            if name != "waiting"
        )
        return (
            not lacking and alike and bool(torch.isin(state["waiting"], self.batches.takes).all())
        )

    def _parameters(self) -> list[Tensor]:
        return [p for group in self.optimiser.param_groups for p in group["params"]]


def _moments(parameter: Tensor, state: State, n: int) -> State:
    """Return a parameter's moments, laid out in memory as the parameter is."""
    # The fused optimiser walks through both by their addresses.
    made = {name: torch.zeros_like(parameter) for name in _MOMENTS[1:]}
    for name, value in made.items():
        value.copy_(state[f"moment.{n}.{name}"])
    return {"step": state[f"moment.{n}.step"].clone(), **made}


@dataclass(frozen=True, eq=False)
class Logbook:
    """What is written down of a training as it goes, and changes nothing in it."""

    curve: Curve | None = None
    store: Store | None = None

    def resume(self, standing: Standing, steps: int) -> int:
        """Return how many of the steps are made already; the training stands where they end."""
        found = self.store.found() if self.store else None
        if found is None or self.store is None:
            return 0
        done, state = found
        if 0 <= done <= steps and standing.restore(state):
            return done
        self.store.refuse("it is of another training")
        return 0

    def after(self, done: int, steps: int, standing: Standing) -> None:
        """Write down what is due after so many of the steps."""
        if self.curve and self.curve.due(done):
            assert isinstance(standing.model, VoiceModel)
            self.curve.ask(done, standing.model, standing.average)
        if self.store and (done == steps or self.store.due()):
            self.store.keep(done, standing.state())
