"""Many trainings side by side, one a pair of seed and weights, each as if it were alone."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from math import ceil

import torch
from torch import Tensor

from yesand.kernel.errors import BadInput, CheckFailed
from yesand.reliance.head import Takes
from yesand.reliance.trajectory.course import Course
from yesand.reliance.trajectory.flat import Rows
from yesand.reliance.trajectory.gradients import Batch, slope
from yesand.reliance.trajectory.network import Parameters
from yesand.reliance.trajectory.optimisers import State, begin, update
from yesand.reliance.trajectory.stacked import stacked

TOGETHER = 64  # trainings side by side


@dataclass(frozen=True)
class Training:
    """M trainings under one course.

    Attributes
    ----------
    weights : (M, N) of each take. seeds : (M,) that decide the start and the order.
    """

    course: Course
    takes: Takes
    weights: Tensor
    seeds: Tensor

    def start(self) -> State:
        """Return the states before the first step."""
        initial, join = self.course.network.initial, self.networks.layout.join
        rows = {seed: join(initial(seed)) for seed in set(self.seeds.tolist())}
        stacks = torch.stack([rows[seed] for seed in self.seeds.tolist()])
        return begin(self.course, stacks.to(self.takes.features))

    @cached_property
    def networks(self) -> Rows:
        """Return the networks as rows of numbers."""
        return Rows(self.course.network, self.course.passes)

    @cached_property
    def rates(self) -> list[float]:
        """Return the learning rates, one a step."""
        return self.course.rates(len(self.takes.label))

    @cached_property
    def order(self) -> Tensor:
        """Return which takes come when, (M, steps, batch)."""
        count = len(self.takes.label)
        orders = {s: self.course.order(count, s) for s in set(self.seeds.tolist())}
        found = torch.stack([orders[seed] for seed in self.seeds.tolist()])
        return found.to(self.takes.features.device)

    def batch(self, step: int) -> Batch:
        """Return what a step sees."""
        at = self.order[:, step]
        features, answer = (
            torch.unflatten(x.index_select(0, at.flatten()), 0, at.shape)
            for x in (self.takes.features, self.takes.answer)
        )
        return Batch(features, answer, self._part.gather(1, at))

    def slope(self, state: State, batch: Batch) -> Tensor:
        """Return the gradients of a batch's loss, (M, P)."""
        return slope(self.networks, state[0], batch)

    def follow(self, state: State, slope: Tensor, step: int) -> State:
        """Return the states after a step along gradients."""
        return update(self.course, state, slope, self.rates[step], step)

    def advance(self, state: State, step: int) -> State:
        """Return the states after a step."""
        still = self._idle
        moved = torch.zeros_like(state[0]) if still else self.slope(state, self.batch(step))
        return self.follow(state, moved, step)

    def run(self) -> State:
        """Return the states at the end."""
        state = self.start()
        for step in range(len(self.rates)):
            state = self.advance(state, step)
        self.check(state)
        return state

    def parameters(self, state: State) -> Parameters:
        """Return the parameters in a state, (M, …) each."""
        return self.networks.layout.cut(state[0])

    def check(self, state: State) -> None:
        """Refuse what diverged.

        Raises
        ------
        CheckFailed : a parameter is not finite.
        """
        broken = (~torch.isfinite(state[0]).all(1)).nonzero()
        if len(broken):
            raise CheckFailed(
                "The training diverged: its loss is no number",
                where=f"seed {int(self.seeds[broken[0]])}, by step {len(self.rates)}",
                remedy="Give a smaller learning rate.",
            )

    @cached_property
    def _part(self) -> Tensor:
        """Return how much each take counts in the loss of its batch."""
        return self.weights / self.course.batch

    @cached_property
    def _idle(self) -> bool:
        """Tell whether nobody is in: then no take has a gradient that counts."""
        return not bool(self.weights.any())


def train(
    course: Course, takes: Takes, weights: Tensor, seeds: Tensor, *, together: int = TOGETHER
) -> Parameters:
    """Train one network a row of ``weights``; return their parameters, (M, …) each.

    Parameters
    ----------
    weights : (M, N) of each take in each training; 0 leaves it out.
    seeds : (M,) int64, of the start and of the order of the takes.
    together : how many train side by side; decides nothing but speed and memory.

    Raises
    ------
    CheckFailed : a training diverged. BadInput : the shapes do not fit, or there is no take.
    """
    lots = split(course, takes, weights, seeds, together)
    return lots[0].networks.layout.cut(torch.cat([lot.run()[0] for lot in lots]))


def answered(course: Course, parameters: Parameters, takes: Takes) -> Tensor:
    """Return the logits of every network for every take, (M, N, C)."""
    logits, many = stacked(course.network), len(next(iter(parameters.values())))
    found = []
    for at in range(0, many, TOGETHER):
        some = {name: value[at : at + TOGETHER] for name, value in parameters.items()}
        count = min(TOGETHER, many - at)
        found.append(logits(some, takes.features.expand(count, *takes.features.shape)))
    return torch.cat(found)


def losses(course: Course, parameters: Parameters, takes: Takes) -> Tensor:
    """Return −log p(label) of every take under every network, (M, N)."""
    scores = answered(course, parameters, takes)
    told = takes.label.expand(len(scores), -1)[..., None]
    return scores.logsumexp(-1) - scores.gather(-1, told)[..., 0]


def split(
    course: Course, takes: Takes, weights: Tensor, seeds: Tensor, together: int
) -> list[Training]:
    """Cut trainings into even lots that go side by side."""
    count = len(takes.label)
    if not count or weights.ndim != 2 or weights.shape != (len(seeds), count) or not len(seeds):
        raise BadInput(
            "Weights need one row a training and one column a take",
            where=f"weights {tuple(weights.shape)}, {len(seeds)} seeds, {count} takes",
        )
    weights = weights.to(takes.features)
    each = ceil(len(seeds) / ceil(len(seeds) / together))
    return [
        Training(course, takes, weights[at : at + each], seeds[at : at + each])
        for at in range(0, len(seeds), each)
    ]


def check_repeatable(course: Course, takes: Takes, seed: int = 0) -> None:
    """Train two steps twice and compare every bit.

    Raises
    ------
    CheckFailed : they differ, so that no figure could be computed again.
    """
    one = Training(
        course, takes, takes.features.new_ones(1, len(takes.label)), torch.tensor([seed])
    )
    ends = []
    for _ in range(2):
        state = one.start()
        for step in range(min(2, len(one.rates))):
            state = one.advance(state, step)
        ends.append(one.parameters(state))
    # What diverged is no number in both: that is told elsewhere.
    for name, value in ends[0].items():
        if not torch.allclose(value, ends[1][name], rtol=0, atol=0, equal_nan=True):
            raise CheckFailed(
                "Two trainings with one seed differ",
                where=name,
                remedy="Call torch.use_deterministic_algorithms(True), or measure on the CPU.",
            )
