"""One step of an optimiser as a pure function of its state and the gradient.

A state maps "parameters" and the names of the moments to dictionaries of tensors, all alike.
"""

from __future__ import annotations

import torch
from torch import Tensor

from yesand.reliance.trajectory.course import Course
from yesand.reliance.trajectory.network import Parameters

State = dict[str, Parameters]
_SECOND, _EPSILON = 0.999, 1e-8


def begin(course: Course, parameters: Parameters) -> State:
    """Return the state before the first step."""
    moments = {"sgd": ("first",), "adam": ("first", "second")}[course.optimiser]
    still = {moment: {k: torch.zeros_like(v) for k, v in parameters.items()} for moment in moments}
    return {"parameters": parameters, **still}


def update(course: Course, state: State, slope: Parameters, rate: float, step: int) -> State:
    """Return the state after a step along the batch's gradient."""
    move = {"sgd": _sgd, "adam": _adam}[course.optimiser]
    moved = {
        name: move(course, [part[name] for part in state.values()], slope[name], rate, step)
        for name in slope
    }
    return {part: {name: moved[name][at] for name in slope} for at, part in enumerate(state)}


def _sgd(
    course: Course, state: list[Tensor], slope: Tensor, rate: float, step: int
) -> tuple[Tensor, ...]:
    here, first = state
    first = course.momentum * first + slope + course.decay * here
    return here - rate * first, first


def _adam(
    course: Course, state: list[Tensor], slope: Tensor, rate: float, step: int
) -> tuple[Tensor, ...]:
    here, first, second = state
    first = course.momentum * first + (1 - course.momentum) * slope
    second = _SECOND * second + (1 - _SECOND) * slope**2
    even = first / (1 - course.momentum ** (step + 1))
    # The small number stands under the root: there the root has a derivative even at 0.
    spread = (second / (1 - _SECOND ** (step + 1)) + _EPSILON**2).sqrt()
    return here - rate * (even / spread + course.decay * here), first, second
