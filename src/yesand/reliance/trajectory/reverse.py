"""The exact derivative of a utility with respect to every take's weight, through the training.

One forward run keeps the state every √T steps, or every one where that takes half a gigabyte at
most; one backward run makes what was not kept again and pulls the derivative through every step
(Griewank 1992; Maclaurin et al. 2015; Engstrom et al. 2025, 'MAGIC'). A step is a pure function of
its state and its batch's weights, so PyTorch differentiates it, the gradient within it included,
whatever the optimiser. About four trainings, however many takes there are.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from math import ceil, isqrt

import torch
from torch import Tensor
from torch.func import vjp, vmap

from yesand.reliance.head import Takes
from yesand.reliance.trajectory.course import Course
from yesand.reliance.trajectory.optimisers import State
from yesand.reliance.trajectory.question import Question
from yesand.reliance.trajectory.training import TOGETHER, Parts, Training, split, stepped

_ROOM = 2**29  # bytes of states held at once


@dataclass(frozen=True)
class Derivative:
    """Of M trainings and Q utilities over N takes.

    Attributes
    ----------
    utility : (M, Q). slope : (M, Q, N), ∂U/∂wᵢ.
    """

    utility: Tensor
    slope: Tensor


def derivative(
    course: Course,
    takes: Takes,
    weights: Tensor,
    seeds: Tensor,
    question: Question,
    *,
    every: int | None = None,
    together: int = TOGETHER,
) -> Derivative:
    """Train, and differentiate the utilities by every weight.

    Parameters
    ----------
    weights, seeds : (M, N) and (M,), as for ``train``.
    every : steps between kept states; without it 1 or √T, so that 2 √T states are held at once.

    Raises
    ------
    CheckFailed : a training diverged. BadInput : the shapes do not fit.
    """
    lots = split(course, takes, weights, seeds, together)
    found = [_through(lot, question, every) for lot in lots]
    return Derivative(
        torch.cat([one.utility for one in found]), torch.cat([one.slope for one in found])
    )


def _through(training: Training, question: Question, every: int | None) -> Derivative:
    count = len(training.rates)
    kept, state = [], training.start()
    every = every or (1 if _size(state) * count <= _ROOM else isqrt(count - 1) + 1)
    for step in range(count):
        if step % every == 0:
            kept.append(state)
        state = training.advance(state, step)
    training.check(state)
    utility = question.utilities(training.course, state["parameters"])
    pull = _end(training, question, state)
    slope = utility.new_zeros(*utility.shape, len(training.takes.label))
    for first in reversed(range(ceil(count / every))):
        stretch = _again(training, kept.pop(), first * every, min(count, (first + 1) * every))
        for step, before in reversed(stretch):
            pull, moved = _back(training, step, before, pull)
            slope.scatter_add_(2, training.order[:, step][:, None].expand_as(moved), moved)
    return Derivative(utility, slope)


def _size(state: State) -> int:
    """Return how many bytes a state has."""
    return sum(v.nbytes for part in state.values() for v in part.values())


def _end(training: Training, question: Question, state: State) -> State:
    """Return the derivative of the utilities by the last state, (M, Q, …)."""
    last = question.slopes(training.course, state["parameters"])
    still = {name: torch.zeros_like(value) for name, value in last.items()}
    return {part: last if part == "parameters" else still for part in state}


def _again(training: Training, state: State, first: int, last: int) -> list[tuple[int, State]]:
    """Return each step of a stretch with the state before it, made again."""
    stretch = [(first, state)]
    for step in range(first, last - 1):
        state = training.advance(state, step)
        stretch.append((step + 1, state))
    return stretch


def _back(training: Training, step: int, state: State, pull: State) -> tuple[State, Tensor]:
    """Pull (M, Q, …) through one step; return it with (M, Q, batch) for the weights."""
    one = partial(_pulled, training.course, training.rates[step], step)
    found: tuple[State, Tensor] = vmap(one)(state, training.batch(step).parts, pull)
    return found


def _pulled(
    course: Course, rate: float, step: int, state: State, batch: Parts, pull: State
) -> tuple[State, Tensor]:
    features, label, weight = batch

    def move(before: State, weighed: Tensor) -> State:
        return stepped(course, before, (features, label, weighed), rate, step)

    back: Callable[[State], tuple[State, Tensor]] = vjp(move, state, weight)[1]
    found: tuple[State, Tensor] = vmap(back)(pull)
    return found
