"""Aumann–Shapley: what every take adds along the straight path from no data to all of it.

φᵢ = ∫₀¹ ∂U/∂wᵢ (t·1) dt (Aumann & Shapley 1974; Sundararajan et al. 2017 for features). By the
fundamental theorem of calculus Σ φᵢ = U(all) − U(none), and since φ is a sum over takes, a
performer who splits in two gains nothing. Where the nodes lie is decided in ``places``.
"""

from __future__ import annotations

from dataclasses import dataclass

import torch
from torch import Tensor

from yesand.kernel.errors import BadInput
from yesand.reliance.head import Takes
from yesand.reliance.trajectory.course import Course
from yesand.reliance.trajectory.places import PILOT, even, placed
from yesand.reliance.trajectory.question import Question
from yesand.reliance.trajectory.reverse import derivative
from yesand.reliance.trajectory.training import TOGETHER, train

NODES = 8


@dataclass(frozen=True)
class Values:
    """Of S seeds and Q utilities over N takes.

    Attributes
    ----------
    effect : (S, Q, N) of each take. edge : (S, Q, N), ∂U/∂wᵢ where all are in.
    whole, none : (S, Q) utility of all takes and of none.
    """

    effect: Tensor
    edge: Tensor
    whole: Tensor
    none: Tensor

    @property
    def missing(self) -> float:
        """Return how far the effects fall short of the gain or exceed it, as a part of it."""
        gain = (self.whole - self.none).mean(0).sum()
        return float(((self.effect.sum(-1).mean(0).sum() - gain) / gain).abs())


def nodes(
    course: Course, takes: Takes, seed: Tensor, question: Question, count: int
) -> tuple[Tensor, Tensor]:
    """Return where along the path to look, and how much each place counts, (count,) each.

    Parameters
    ----------
    seed : (1,), of the pilot: ``PILOT`` trainings, forward only.
    """
    along = even().to(takes.features)[:, None].expand(-1, len(takes.label))
    networks = train(course, takes, along, seed.expand(PILOT))
    return placed(question.utilities(course, networks).mean(1), count)


def aumann_shapley(
    course: Course,
    takes: Takes,
    seeds: Tensor,
    question: Question,
    *,
    count: int = NODES,
    dealt: int = 1,
    together: int = TOGETHER,
) -> Values:
    """Return every take's value for every seed; nodes and seeds train side by side.

    About 4 (count / dealt + 1) + 1 trainings a seed, and ``PILOT`` to find the nodes.

    Parameters
    ----------
    count : nodes along the path.
    dealt : seeds, one after another, among whom the nodes are dealt out: they count as one, and
        the values are (S / dealt, Q, N). What differs from seed to seed differs alike at
        neighbouring nodes, so that twice the seeds at half the nodes each say more for the money.

    Raises
    ------
    CheckFailed : a training diverged. BadInput : the shapes do not fit.
    """
    if len(seeds) % dealt or count % dealt:
        raise BadInput("Seeds and nodes cannot be dealt evenly", where=f"among {dealt}")
    found = nodes(course, takes, seeds[:1], question, count)
    place, weight = (x.to(takes.features) for x in found)
    each = count // dealt
    hands = [torch.cat([place[hand::dealt], place.new_ones(1)]) for hand in range(dealt)]
    along = torch.cat(hands).repeat(len(seeds) // dealt)
    weights = along[:, None].expand(-1, len(takes.label))
    run = derivative(
        course, takes, weights, seeds.repeat_interleave(each + 1), question, together=together
    )
    groups = (len(seeds) // dealt, dealt, each + 1)
    slope = run.slope.reshape(*groups, *run.slope.shape[1:])
    whole = run.utility.reshape(*groups, -1)[:, :, -1]
    nobody = train(course, takes, torch.zeros_like(weights[: len(seeds)]), seeds, together=together)
    none = question.utilities(course, nobody).reshape(*groups[:2], -1)
    return Values(
        effect=torch.einsum("hk,ghkqn->gqn", weight.reshape(each, dealt).T, slope[:, :, :-1]),
        edge=slope[:, :, -1].mean(1),
        whole=whole.mean(1),
        none=none.mean(1),
    )
