"""One step of an optimiser as a pure function of its state and the gradient, and its way back."""

from __future__ import annotations

import torch
from torch import Tensor

from yesand.reliance.trajectory import dual
from yesand.reliance.trajectory.course import Course

#: The parameters, and after them the optimiser's moments: (M, P) each.
State = tuple[Tensor, ...]
_SECOND, _EPSILON = 0.999, 1e-8


def begin(course: Course, parameters: Tensor) -> State:
    """Return the state before the first step."""
    moments = {"sgd": 1, "adam": 2}[course.optimiser]
    return parameters, *(torch.zeros_like(parameters) for _ in range(moments))


def update(course: Course, state: State, slope: Tensor, rate: float, step: int) -> State:
    """Return the state after a step along the batch's gradient."""
    if course.optimiser == "sgd":
        here, first = state
        first = (course.momentum * first).add_(slope).add_(here, alpha=course.decay)
        return here.sub(first, alpha=rate), first
    return _adam(course, state, slope, rate, step)


def pulled(
    course: Course, state: State, slope: Tensor, pull: State, rate: float, step: int
) -> tuple[State, Tensor]:
    """Pull a derivative by the state after a step back to the state before, and to the gradient.

    Parameters
    ----------
    pull : of M·Q derivatives, Q for each of the M states.
    """
    if course.optimiser == "sgd":  # which is linear: neither its state nor its gradient matter
        here, first = pull
        gradient = first.sub(here, alpha=rate)
        return (here.add(gradient, alpha=course.decay), course.momentum * gradient), gradient
    times = len(pull[0]) // len(state[0])
    given = [x.repeat_interleave(times, 0).requires_grad_() for x in (*state, slope)]
    after = _adam(course, tuple(given[:-1]), given[-1], rate, step)
    *before, gradient = torch.autograd.grad(after, given, pull)
    return tuple(before), gradient


def carried(
    course: Course, state: State, slope: Tensor, lean: State, bent: Tensor, rate: float, step: int
) -> State:
    """Carry a derivative of the state before a step, and of the gradient, to the state after it.

    Parameters
    ----------
    lean, bent : M·G derivatives, G for each of the M states.
    """
    if course.optimiser == "sgd":
        return update(course, lean, bent, rate, step)
    times = len(bent) // len(slope)
    given = [x.repeat_interleave(times, 0) for x in (*state, slope)]
    with dual.level():
        both = zip(given, (*lean, bent), strict=True)
        *before, moving = (dual.moving(x, dx) for x, dx in both)
        after = _adam(course, tuple(before), moving, rate, step)
        return tuple(dual.parted(part)[1] for part in after)


def needs_slope(course: Course) -> bool:
    """Return whether the way back depends on the gradient that was followed."""
    return course.optimiser != "sgd"


def _adam(course: Course, state: State, slope: Tensor, rate: float, step: int) -> State:
    here, first, second = state
    first = course.momentum * first + (1 - course.momentum) * slope
    second = _SECOND * second + (1 - _SECOND) * slope**2
    even = first / (1 - course.momentum ** (step + 1))
    # The small number stands under the root: there the root has a derivative even at 0.
    spread = (second / (1 - _SECOND ** (step + 1)) + _EPSILON**2).sqrt()
    return here - rate * (even / spread + course.decay * here), first, second
