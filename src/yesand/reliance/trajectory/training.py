"""Many trainings side by side, one a pair of seed and weights, each as if it were alone."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property, partial

import torch
from torch import Tensor
from torch.func import grad, vmap
from torch.utils._pytree import tree_map

from yesand.kernel.errors import BadInput, CheckFailed
from yesand.reliance.head import Takes
from yesand.reliance.trajectory.course import Course
from yesand.reliance.trajectory.network import Parameters
from yesand.reliance.trajectory.optimisers import State, begin, update

TOGETHER = 64  # trainings side by side
#: A batch's features, labels and weights: what its loss depends on.
Parts = tuple[Tensor, Tensor, Tensor]


@dataclass(frozen=True)
class Batch:
    """What one step sees: features (B, …), label (B,), weight (B,); M of them while side by side.

    ``at`` (B,) says which takes these are.
    """

    features: Tensor
    label: Tensor
    weight: Tensor
    at: Tensor

    @property
    def parts(self) -> Parts:
        """Return what the loss depends on."""
        return self.features, self.label, self.weight


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
        """Return the states before the first step, (M, …) each."""
        seen: dict[int, Parameters] = {}
        for seed in self.seeds.tolist():
            if seed not in seen:
                seen[seed] = self.course.network.initial(seed)
        chosen = [seen[seed] for seed in self.seeds.tolist()]
        like = self.takes.features
        stacked = {k: torch.stack([one[k] for one in chosen]).to(like) for k in chosen[0]}
        return begin(self.course, stacked)

    @cached_property
    def rates(self) -> list[float]:
        """Return the learning rates, one a step."""
        return self.course.rates(len(self.takes.label))

    @cached_property
    def order(self) -> Tensor:
        """Return which takes come when, (M, steps, batch)."""
        count = len(self.takes.label)
        orders = {s: self.course.order(count, s) for s in set(self.seeds.tolist())}
        return torch.stack([orders[seed] for seed in self.seeds.tolist()])

    def batch(self, step: int) -> Batch:
        """Return the batches of a step."""
        at = self.order[:, step]
        return Batch(self.takes.features[at], self.takes.label[at], self.weights.gather(1, at), at)

    def advance(self, state: State, step: int) -> State:
        """Return the states after a step."""
        one = partial(stepped, self.course, rate=self.rates[step], step=step)
        found: State = vmap(one)(state, self.batch(step).parts)
        return found

    def run(self) -> State:
        """Return the states at the end."""
        state = self.start()
        for step in range(len(self.rates)):
            state = self.advance(state, step)
        self.check(state)
        return state

    def check(self, state: State) -> None:
        """Refuse what diverged.

        Raises
        ------
        CheckFailed : a parameter is not finite.
        """
        flat = torch.cat([value.flatten(1) for value in state["parameters"].values()], 1)
        broken = (~torch.isfinite(flat).all(1)).nonzero()
        if len(broken):
            raise CheckFailed(
                "The training diverged: its loss is no number",
                where=f"seed {int(self.seeds[broken[0]])}, by step {len(self.rates)}",
                remedy="Give a smaller learning rate.",
            )


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
    parts = [p.run()["parameters"] for p in split(course, takes, weights, seeds, together)]
    return {name: torch.cat([part[name] for part in parts]) for name in parts[0]}


def losses(course: Course, parameters: Parameters, takes: Takes) -> Tensor:
    """Return −log p(label) of every take under every network, (M, N)."""
    found: Tensor = vmap(partial(each, course), in_dims=(0, None, None), chunk_size=TOGETHER)(
        parameters, takes.features, takes.label
    )
    return found


def split(
    course: Course, takes: Takes, weights: Tensor, seeds: Tensor, together: int
) -> list[Training]:
    """Cut trainings into lots that go side by side."""
    count = len(takes.label)
    if not count or weights.ndim != 2 or weights.shape != (len(seeds), count) or not len(seeds):
        raise BadInput(
            "Weights need one row a training and one column a take",
            where=f"weights {tuple(weights.shape)}, {len(seeds)} seeds, {count} takes",
        )
    weights = weights.to(takes.features)
    return [
        Training(course, takes, weights[at : at + together], seeds[at : at + together])
        for at in range(0, len(seeds), together)
    ]


def each(course: Course, parameters: Parameters, features: Tensor, label: Tensor) -> Tensor:
    """Return −log p(label) of every take under one network, (B,)."""
    scores = course.network.logits(parameters, features)
    chosen = scores.gather(1, label[:, None])[:, 0]
    return scores.logsumexp(1) - chosen


def loss(
    course: Course, parameters: Parameters, features: Tensor, label: Tensor, weight: Tensor
) -> Tensor:
    """Return (1/batch) Σ wᵢ ℓᵢ."""
    return (weight * each(course, parameters, features, label)).sum() / course.batch


def stepped(course: Course, state: State, batch: Parts, rate: float, step: int) -> State:
    """Return one network's state after a step: a pure function of its state and its weights."""
    slope = grad(partial(loss, course))(state["parameters"], *batch)
    return update(course, state, slope, rate, step)


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
        ends.append(state["parameters"])
    # What diverged is no number in both: that is told elsewhere.
    same = tree_map(partial(torch.allclose, rtol=0, atol=0, equal_nan=True), *ends)
    if not all(same.values()):
        raise CheckFailed(
            "Two trainings with one seed differ",
            where=next(name for name, equal in same.items() if not equal),
            remedy="Call torch.use_deterministic_algorithms(True), or measure on the CPU.",
        )
