"""What takes add while the network trains: in-run attribution (Wang et al. 2024).

At a step, take i moves the parameters by −η/B ∇ℓᵢ. To first order that adds −η/B ⟨∇ℓᵢ, ∇U⟩ to the
utility; to second order, Shapley's share of the step's quadratic, ∇U is replaced by ∇U + ½ H_U Δ
with Δ the whole step. With momentum μ a gradient acts on all later steps too: its effective rate is
Σₛ≥ₜ ηₛ μˢ⁻ᵗ. What is left out (that a step also changes what later steps do) does not add up, so
the values are scaled to U(all) − U(none).
"""

from __future__ import annotations

from functools import partial
from typing import Literal

import torch
from torch import Tensor
from torch.func import grad, jacrev, jvp, vmap

from yesand.kernel.errors import BadInput
from yesand.reliance.head import Takes
from yesand.reliance.trajectory.course import Course
from yesand.reliance.trajectory.network import Parameters
from yesand.reliance.trajectory.path import Values
from yesand.reliance.trajectory.question import Question
from yesand.reliance.trajectory.training import TOGETHER, Parts, Training, each, loss, split


def in_run(
    course: Course,
    takes: Takes,
    seeds: Tensor,
    question: Question,
    *,
    order: Literal[1, 2] = 1,
    stride: int = 1,
    queries: int | None = None,
    together: int = TOGETHER,
) -> Values:
    """Return every take's value for every seed, scaled to what all add; ``edge`` is 0.

    Parameters
    ----------
    stride : look at every so many steps only. queries : draw so many at each; all without it.

    Raises
    ------
    BadInput : the optimiser is not ``sgd``, whose steps add up. CheckFailed : it diverged.
    """
    if course.optimiser != "sgd":
        raise BadInput("In-run attribution is for sgd", where=f"optimiser {course.optimiser!r}")
    weights = takes.features.new_ones(len(seeds), len(takes.label))
    lots = split(course, takes, weights, seeds, together)
    found = [_watched(lot, question, order, stride, queries) for lot in lots]
    return Values(*(torch.cat([getattr(v, f) for v in found]) for f in vars(found[0])))


def effective(course: Course, takes: int) -> list[float]:
    """Return how far a gradient at each step moves the parameters in the end."""
    found, ahead = [], 0.0
    for rate in reversed(course.rates(takes)):
        ahead = rate + course.momentum * ahead
        found.append(ahead)
    return found[::-1]


def _watched(
    training: Training, question: Question, order: int, stride: int, queries: int | None
) -> Values:
    state, draw = training.start(), torch.Generator().manual_seed(int(training.seeds[0]))
    reach = effective(training.course, len(training.takes.label))
    none = question.utilities(training.course, _nobody(training))
    effect = none.new_zeros(*none.shape, len(training.takes.label))
    for step in range(len(training.rates)):
        if step % stride == 0:
            batch = training.batch(step)
            asked = question.drawn(queries or len(question.rate), draw)
            one = partial(_added, training.course, asked, stride * reach[step], order)
            moved = vmap(one)(state["parameters"], batch.parts)
            effect.scatter_add_(2, batch.at[:, None].expand_as(moved), moved)
        state = training.advance(state, step)
    training.check(state)
    whole = question.utilities(training.course, state["parameters"])
    scale = (whole - none) / effect.sum(2)
    return Values(effect * scale[..., None], torch.zeros_like(effect), whole, none)


def _nobody(training: Training) -> Parameters:
    still = Training(
        training.course, training.takes, torch.zeros_like(training.weights), training.seeds
    )
    return still.run()["parameters"]


def _added(
    course: Course, asked: Question, reach: float, order: int, here: Parameters, batch: Parts
) -> Tensor:
    """Return what each take of one network's batch adds to each utility, (Q, batch)."""
    features, label, _ = batch
    rise = jacrev(partial(asked.utility, course))
    if order == 1:
        along = rise(here)
    else:
        slope = grad(partial(loss, course))(here, *batch)
        step = {name: -reach * value for name, value in slope.items()}
        first, bent = jvp(rise, (here,), (step,))[:2]
        along = {name: value + bent[name] / 2 for name, value in first.items()}

    def added(direction: Parameters) -> Tensor:
        per_take = partial(each, course, features=features, label=label)
        moved: Tensor = jvp(per_take, (here,), (direction,))[1]
        return -reach / course.batch * moved

    found: Tensor = vmap(added)(along)
    return found
