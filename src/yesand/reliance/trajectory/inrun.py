"""What takes add while the network trains: in-run attribution (Wang et al. 2024).

At a step, take i moves the parameters by −η/B ∇ℓᵢ. To first order that adds −η/B ⟨∇ℓᵢ, ∇U⟩ to the
utility; to second order, Shapley's share of the step's quadratic, ∇U is replaced by ∇U + ½ H_U Δ
with Δ the whole step. With momentum μ a gradient acts on all later steps too: its effective rate is
Σₛ≥ₜ ηₛ μˢ⁻ᵗ. What is left out (that a step also changes what later steps do) does not add up, so
the values are scaled to U(all) − U(none).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import torch
from torch import Tensor

from yesand.kernel.errors import BadInput
from yesand.reliance.head import Takes
from yesand.reliance.trajectory.course import Course
from yesand.reliance.trajectory.gradients import Batch, bend, leans
from yesand.reliance.trajectory.network import Parameters
from yesand.reliance.trajectory.optimisers import State
from yesand.reliance.trajectory.path import Values
from yesand.reliance.trajectory.question import Question
from yesand.reliance.trajectory.training import TOGETHER, Training, split


def in_run(
    course: Course,
    takes: Takes,
    seeds: Tensor,
    question: Question,
    *,
    order: Literal[1, 2] = 1,
    stride: int = 1,
    queries: int | None = None,
    every: int = 1,
    together: int = TOGETHER,
) -> Values:
    """Return every take's value for every seed, scaled to what all add; ``edge`` is 0.

    Parameters
    ----------
    stride : look at every so many steps only.
    queries : draw so many when asking; all without it. every : ask anew at so many-th looks.

    Raises
    ------
    BadInput : no such order, or the optimiser is not ``sgd``, whose steps add up.
    CheckFailed : it diverged.
    """
    if order not in (1, 2):
        raise BadInput("In-run attribution is of first or second order", where=f"order {order}")
    if course.optimiser != "sgd":
        raise BadInput("In-run attribution is for sgd", where=f"optimiser {course.optimiser!r}")
    weights = takes.features.new_ones(len(seeds), len(takes.label))
    lots = split(course, takes, weights, seeds, together)
    looks = _Looks(order, stride, queries or len(question.rate), every)
    found = [_watched(lot, question, looks) for lot in lots]
    return Values(*(torch.cat([getattr(v, f) for v in found]) for f in vars(found[0])))


def effective(course: Course, takes: int) -> list[float]:
    """Return how far a gradient at each step moves the parameters in the end."""
    found, ahead = [], 0.0
    for rate in reversed(course.rates(takes)):
        ahead = rate + course.momentum * ahead
        found.append(ahead)
    return found[::-1]


@dataclass(frozen=True)
class _Looks:
    order: int
    stride: int
    queries: int
    every: int


def _watched(training: Training, question: Question, looks: _Looks) -> Values:
    state, draw = training.start(), torch.Generator().manual_seed(int(training.seeds[0]))
    reach = effective(training.course, len(training.takes.label))
    none = question.utilities(training.course, _nobody(training))
    effect = none.new_zeros(*none.shape, len(training.takes.label))
    rise = torch.empty(0)
    for step in range(len(training.rates)):
        if step % looks.stride:
            state = training.advance(state, step)
            continue
        if step % (looks.stride * looks.every) == 0:
            asked = question.drawn(looks.queries, draw)
            rise = asked.slopes(training.networks, state[0])
        batch = training.batch(step)
        along = rise
        if looks.order == 2:
            whole = -reach[step] * training.slope(state, batch)
            along = rise + _bent(training, state, asked, whole) / 2
        moved, slope = leans(training.networks, state[0], along, batch)
        at = training.order[:, step][:, None].expand_as(moved)
        effect.scatter_add_(2, at, moved * (-looks.stride * reach[step] / training.course.batch))
        state = training.follow(state, slope, step)
    training.check(state)
    whole = question.utilities(training.course, training.parameters(state))
    scale = (whole - none) / effect.sum(2)
    return Values(effect * scale[..., None], torch.zeros_like(effect), whole, none)


def _nobody(training: Training) -> Parameters:
    still = Training(
        training.course, training.takes, torch.zeros_like(training.weights), training.seeds
    )
    return still.parameters(still.run())


def _bent(training: Training, state: State, asked: Question, along: Tensor) -> Tensor:
    """Return how each utility's gradient changes where the parameters move, (M, Q, P)."""
    whole = asked.batch(len(state[0]))
    found = []
    for rate in asked.rate.T:
        batch = Batch(whole.features, whole.answer, -rate.expand_as(whole.weight))
        found.append(bend(training.networks, state[0], along, batch)[1])
    return torch.stack(found, 1)
