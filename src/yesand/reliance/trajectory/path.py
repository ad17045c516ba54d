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
from yesand.reliance.distributed import World
from yesand.reliance.head import Takes
from yesand.reliance.trajectory.across import derivative, utilities
from yesand.reliance.trajectory.course import Course
from yesand.reliance.trajectory.places import PILOT, even, placed
from yesand.reliance.trajectory.question import Question

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
    along = _even(even().to(takes.features), len(takes.label))
    # Each process does it all: trained in other lots, the last digits would differ, and the nodes.
    pilot = utilities(World(), course, takes, along, seed.expand(PILOT), question)
    return placed(pilot.mean(1), count)


def aumann_shapley(
    course: Course,
    takes: Takes,
    seeds: Tensor,
    question: Question,
    *,
    count: int = NODES,
    dealt: int = 1,
    world: World | None = None,
) -> Values:
    """Return every take's value for every seed; nodes and seeds train side by side.

    About 2½ (count + 1) / dealt + 2 trainings a seed, and ``PILOT`` to find the nodes.

    Parameters
    ----------
    count : nodes along the path.
    dealt : seeds, one after another, among whom the nodes are dealt out: they count as one, and
        the values are (S / dealt, Q, N). What differs from seed to seed differs alike at
        neighbouring nodes, so that twice the seeds at half the nodes each say more for the money.
        ``edge`` is the first one's.
    world : processes that share the work; each has the same bytes in the end, as one alone would.

    Raises
    ------
    CheckFailed : a training diverged. BadInput : the shapes do not fit.
    Unreachable : another process has failed.
    """
    if len(seeds) % dealt or count % dealt:
        raise BadInput("Seeds and nodes cannot be dealt evenly", where=f"among {dealt}")
    world, many, queries = world or World(), len(takes.label), question.rate.shape[1]
    groups, each = len(seeds) // dealt, count // dealt
    found = nodes(course, takes, seeds[:1], question, count)
    place, weight = (x.to(takes.features).view(each, dealt).T for x in found)
    first = seeds.view(groups, dealt)[:, 0]
    along = torch.cat([place.flatten().repeat(groups), place.new_ones(groups)])
    among = torch.cat([seeds.repeat_interleave(each), first])
    run = derivative(world, course, takes, _even(along, many), among, question)
    slope = torch.unflatten(run.slope[:-groups], 0, (groups, dealt, each))
    rest = seeds.view(groups, dealt)[:, 1:].flatten()
    others, none = (
        utilities(world, course, takes, _even(t.expand(len(some)), many), some, question)
        for t, some in ((place.new_ones(1), rest), (place.new_zeros(1), seeds))
    )
    whole = torch.cat([run.utility[-groups:, None], others.view(groups, dealt - 1, queries)], 1)
    return Values(
        effect=torch.einsum("hk,ghkqn->gqn", weight, slope),
        edge=run.slope[-groups:],
        whole=whole.mean(1),
        none=none.view(groups, dealt, queries).mean(1),
    )


def _even(weight: Tensor, takes: int) -> Tensor:
    """Return (M, takes) with every take counting alike."""
    return weight[:, None].expand(-1, takes)
