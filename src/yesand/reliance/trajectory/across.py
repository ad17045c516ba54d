"""Trainings shared out among processes: every few rows of seeds and weights are a job.

A training's figures are the same bytes whichever others go beside it, so that the number of
processes decides nothing but the time.
"""

from __future__ import annotations

from math import ceil

import torch
from torch import Tensor

from yesand.reliance.distributed import World
from yesand.reliance.head import Takes
from yesand.reliance.trajectory import reverse
from yesand.reliance.trajectory.course import Course
from yesand.reliance.trajectory.question import Question
from yesand.reliance.trajectory.reverse import Derivative
from yesand.reliance.trajectory.training import train


def derivative(
    world: World, course: Course, takes: Takes, weights: Tensor, seeds: Tensor, question: Question
) -> Derivative:
    """Return what ``reverse.derivative`` returns, in every process.

    Raises
    ------
    CheckFailed : a training diverged. Unreachable : a process has failed.
    """

    def work(rows: Tensor) -> Tensor:
        found = reverse.derivative(course, takes, weights[rows], seeds[rows], question)
        return torch.cat([found.slope, found.utility[..., None]], 2)

    both = torch.cat(world.each(_jobs(world, len(seeds)), work))[: len(seeds)].to(takes.features)
    return Derivative(both[..., -1], both[..., :-1])


def utilities(
    world: World, course: Course, takes: Takes, weights: Tensor, seeds: Tensor, question: Question
) -> Tensor:
    """Return the utilities (M, Q) of M trainings, in every process.

    Raises
    ------
    CheckFailed : a training diverged. Unreachable : a process has failed.
    """
    if not len(seeds):
        return question.rate.new_zeros(0, question.rate.shape[1])

    def work(rows: Tensor) -> Tensor:
        return question.utilities(course, train(course, takes, weights[rows], seeds[rows]))

    return torch.cat(world.each(_jobs(world, len(seeds)), work))[: len(seeds)].to(takes.features)


def _jobs(world: World, rows: int) -> list[Tensor]:
    """Return equally many rows for each process; the last row fills up what is missing."""
    each = ceil(rows / world.size)
    return list(torch.split(torch.arange(each * world.size).clamp(max=rows - 1), each))
