"""Aumann–Shapley shared out among processes: every seed, and every node of its path, is a job."""

from __future__ import annotations

import torch
from torch import Tensor

from yesand.reliance.distributed import World
from yesand.reliance.head import Takes
from yesand.reliance.trajectory.course import Course
from yesand.reliance.trajectory.path import NODES, Values
from yesand.reliance.trajectory.places import even, placed
from yesand.reliance.trajectory.question import Question
from yesand.reliance.trajectory.reverse import derivative
from yesand.reliance.trajectory.training import train


def aumann_shapley(
    world: World,
    course: Course,
    takes: Takes,
    seeds: Tensor,
    question: Question,
    *,
    count: int = NODES,
) -> Values:
    """Return what ``path.aumann_shapley`` returns, in every process.

    One training a job, so that the values are the same bytes however many processes there are.

    Raises
    ------
    CheckFailed : a training diverged. Unreachable : a process has failed.
    """
    all_takes = len(takes.label)

    def forward(job: tuple[int, float]) -> Tensor:
        weights = takes.features.new_full((1, all_takes), job[1])
        return question.utilities(course, train(course, takes, weights, torch.tensor([job[0]])))

    pilot = torch.stack(world.each([(int(seeds[0]), t) for t in even().tolist()], forward))
    place, weight = (x.to(takes.features) for x in placed(pilot.mean((1, 2)), count))
    along = [0.0, *place.tolist(), 1.0]
    jobs = [(int(seed), t) for seed in seeds for t in along]

    def work(job: tuple[int, float]) -> Tensor:
        seed, t = torch.tensor([job[0]]), job[1]
        weights = takes.features.new_full((1, all_takes), t)
        if not t:
            utility = forward(job)
            return torch.cat([utility.new_zeros(utility.shape[1], all_takes), utility.T], dim=1)
        run = derivative(course, takes, weights, seed, question)
        return torch.cat([run.slope[0], run.utility.T], dim=1)

    found = torch.stack(world.each(jobs, work))
    flat = found.reshape(len(seeds), count + 2, *found.shape[1:])
    slope, utility = flat[..., :-1], flat[..., -1]
    return Values(
        effect=torch.einsum("k,skqn->sqn", weight, slope[:, 1:-1]),
        edge=slope[:, -1],
        whole=utility[:, -1],
        none=utility[:, 0],
    )
