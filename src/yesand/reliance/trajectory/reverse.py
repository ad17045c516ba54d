"""The exact derivative of a utility with respect to every take's weight, through the training.

One forward run keeps every state, in lots so small that a quarter of a gigabyte holds them; where
even a few do not fit, every √T-th, and the backward run makes the others again (Griewank 1992;
Maclaurin et al. 2015; Engstrom et al. 2025, 'MAGIC'). Back through a step leads first through the
optimiser's arithmetic, then through the gradient in it: how a take's gradient moves what follows is
its weight's derivative, and the batch's curvature carries on to the step before. About three
trainings, however many takes there are.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from math import ceil, isqrt

import torch
from torch import Tensor

from yesand.reliance.head import Takes
from yesand.reliance.trajectory.course import Course
from yesand.reliance.trajectory.gradients import bend
from yesand.reliance.trajectory.optimisers import State, needs_slope, pulled
from yesand.reliance.trajectory.question import Question
from yesand.reliance.trajectory.training import TOGETHER, Training, split

_ROOM = 2**28  # bytes of states held at once by a processor
_FEW = 4  # trainings side by side, below which remaking states costs less


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
    together : how many train side by side at most.

    Raises
    ------
    CheckFailed : a training diverged. BadInput : the shapes do not fit.
    """
    one = split(course, takes, weights[:1], seeds[:1], 1)[0]
    count = len(one.rates)
    room, start = _room(takes.features.device), one.start()
    fit = room // (count * _bytes(_needed(course, start)))
    if every is None:
        every = 1 if fit >= min(_FEW, len(seeds)) else isqrt(count - 1) + 1
        most = fit if every == 1 else room // (2 * every * _bytes(start))
        together = max(1, min(together, most))
    lots = split(course, takes, weights, seeds, together)
    found = [_through(lot, question, every) for lot in lots]
    return Derivative(
        torch.cat([one.utility for one in found]), torch.cat([one.slope for one in found])
    )


def _bytes(state: State) -> int:
    return sum(part.nbytes for part in state)


def _room(device: torch.device) -> int:
    """Return how many bytes of states are held at once: of a card, a quarter of all it has."""
    if device.type != "cuda":
        return _ROOM
    return torch.cuda.get_device_properties(device).total_memory // 4


def _through(training: Training, question: Question, every: int) -> Derivative:
    count = len(training.rates)
    kept, state = [], training.start()
    for step in range(count):
        if step % every == 0:
            kept.append(_needed(training.course, state) if every == 1 else state)
        state = training.advance(state, step)
    training.check(state)
    utility = question.utilities(training.course, training.parameters(state))
    pull = _end(training, question, state)
    slope = utility.new_zeros(utility.numel(), len(training.takes.label))
    for step, before in _backwards(training, kept, every):
        pull, moved = _back(training, step, before, pull)
        at = training.order[:, step].repeat_interleave(utility.shape[1], 0)
        slope.scatter_add_(1, at, moved)
    return Derivative(utility, torch.unflatten(slope, 0, utility.shape))


def _needed(course: Course, state: State) -> State:
    """Return the part of a state that the way back from the next one asks for."""
    return state if needs_slope(course) else state[:1]


def _end(training: Training, question: Question, state: State) -> State:
    """Return the derivative of the utilities by the last state, (M · Q, P) each."""
    rows = question.slopes(training.networks, state[0]).flatten(0, 1)
    return rows, *(torch.zeros_like(rows) for _ in state[1:])


def _backwards(training: Training, kept: list[State], every: int) -> Iterator[tuple[int, State]]:
    """Yield every step, the last one first, with the state before it."""
    count = len(training.rates)
    for first in reversed(range(ceil(count / every))):
        stretch = [kept.pop()]
        for step in range(first * every, min(count, (first + 1) * every) - 1):
            stretch.append(training.advance(stretch[-1], step))
        while stretch:
            yield first * every + len(stretch) - 1, stretch.pop()


def _back(training: Training, step: int, state: State, pull: State) -> tuple[State, Tensor]:
    """Pull (M · Q, P) through one step; return it with (M · Q, batch) for the weights."""
    course, batch = training.course, training.batch(step)
    slope = training.slope(state, batch) if needs_slope(course) else pull[0]
    before, along = pulled(course, state, slope, pull, training.rates[step], step)
    times = len(along) // len(state[0])
    here = state[0].repeat_interleave(times, 0) if times > 1 else state[0]
    told, bent = bend(training.networks, here, along, batch.repeated(times))
    return (before[0] + bent, *before[1:]), told / course.batch
