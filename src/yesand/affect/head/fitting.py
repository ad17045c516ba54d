"""The minimum of a head's problem, by Newton's method.

Each step solves ∇²f · s = −∇f by conjugate gradients (Nocedal & Wright 2006, §7.1), in single
precision, since the next gradient in double corrects it. They are preconditioned by the exact
curvature along the few directions in which features vary most; across them the penalty outweighs
what is left. So a handful of passes over the takes is enough from a start nearby, and the minimum
does not depend on what made the way there short.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import torch
from torch import Tensor

from yesand.affect.head.curvature import hessian, one_thread
from yesand.affect.head.problem import Problem
from yesand.kernel.errors import CheckFailed

#: How far found weights may lie from the minimum, as a norm over all of them.
TOLERANCE = 1e-9
#: Directions along which the curvature is kept whole.
LEAD = 48
#: Single precision solves no better than to so much of the gradient.
_FINEST = 3e-5
_STEPS, _TURNS = 60, 200
_HALVINGS = 30

Near = Callable[[Tensor], Tensor]


@dataclass(frozen=True, eq=False)
class Minimum:
    """What was found.

    Attributes
    ----------
    weights : (classes, d) float64. apart : they lie so far from the minimum at most.
    steps : of Newton. turns : of conjugate gradients, all together.
    """

    weights: Tensor
    apart: float
    steps: int
    turns: int


def lead(features: Tensor, count: int = LEAD, rounds: int = 2) -> Tensor:
    """Return the directions in which features vary most, (count, d), orthonormal.

    Of few features all of them.
    """
    width = features.shape[1]
    if width <= count:
        return torch.eye(width)
    with one_thread():
        # Iterated a few times a subspace is near enough to shorten the way.
        luck, seen = torch.Generator().manual_seed(0), features.float()
        guess = torch.randn(count, width, generator=luck)
        for _ in range(rounds):
            guess = torch.linalg.qr(((guess @ seen.T) @ seen).T).Q.T.contiguous()
    return guess


def minimum(problem: Problem, start: Tensor, along: Tensor) -> Minimum:
    """Return the minimum, within ``TOLERANCE``.

    Parameters
    ----------
    start : (classes, d); the nearer, the sooner. along : (k, d) orthonormal, as by ``lead``.

    Raises
    ------
    CheckFailed : not reached, as where features are no numbers.
    """
    weights, turns, moved = start.clone(), 0, 1.0
    with one_thread():
        coarse = problem.coarse()
        near: Near | None = None
        for step in range(_STEPS):
            chance = problem.chance(weights)
            slope = problem.slope(weights, chance)
            apart = problem.apart(slope)
            if apart <= TOLERANCE:
                return Minimum(weights, apart, step, turns)
            if not apart < float("inf"):
                break
            if near is None or moved > 0.2:
                near = _preconditioner(coarse, chance.float(), along)
            wanted = max(_FINEST, 0.3 * TOLERANCE / apart, min(0.1, apart) ** 2)
            down, turned = _solved(coarse, chance.float(), slope, near, wanted)
            there = _lowered(problem, weights, slope, down)
            moved = float((there - weights).norm() / there.norm().clamp_min(1e-12))
            weights, turns = there, turns + turned
    raise CheckFailed(
        "The head did not converge",
        where=f"{len(problem.features)} takes, {problem.shape[1]} features",
        remedy="Give a larger penalty.",
    )


def _solved(
    problem: Problem, chance: Tensor, slope: Tensor, near: Near, wanted: float
) -> tuple[Tensor, int]:
    """Return s with ‖∇²f · s + ∇f‖ ≤ wanted · ‖∇f‖, or nearly, and how many turns it took."""
    size = float(slope.norm())
    rest = (-slope / size).float()
    found, shaped = torch.zeros_like(rest), near(rest)
    way, fall, turn = shaped.clone(), float((rest * shaped).sum()), 0
    while turn < _TURNS and float(rest.norm()) > wanted:
        turn += 1
        bent = problem.bent(way, chance)
        pace = fall / float((way * bent).sum())
        found += pace * way
        rest -= pace * bent
        shaped = near(rest)
        fall, before = float((rest * shaped).sum()), fall
        way = shaped + fall / before * way
    return size * found.double(), turn


def _preconditioner(problem: Problem, chance: Tensor, along: Tensor) -> Near:
    seen = problem.features @ along.T
    whole = hessian(seen, chance.T, problem.weight, problem.l2)
    factor: Tensor = torch.linalg.cholesky(whole)
    classes, left = len(chance), along.shape[1] - len(along)
    across = float(problem.features.square().sum() - seen.square().sum())
    # The usual curvature across, spread evenly over what is left.
    usual = problem.l2 + (across / left * (classes - 1) / classes**2 if left else 0.0)

    def near(rest: Tensor) -> Tensor:
        inside = along @ rest.T
        solved = torch.cholesky_solve(inside.reshape(-1, 1), factor).view_as(inside)
        return (solved - inside / usual).T @ along + rest / usual

    return near


def _lowered(problem: Problem, weights: Tensor, slope: Tensor, down: Tensor) -> Tensor:
    """Go down so far that it is lower there (Armijo 1966)."""
    fall = float((slope * down).sum())
    # So close to the minimum a value cannot tell better from worse any more.
    if problem.apart(slope) < 1e-3:
        return weights + down
    before, pace = problem.value(weights), 1.0
    for _ in range(_HALVINGS):
        there = weights + pace * down
        if problem.value(there) <= before + 1e-4 * pace * fall:
            break
        pace /= 2
    return there
