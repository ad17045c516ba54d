"""How far a gradient moves the weights under an optimiser, to first order.

A gradient g moves weight p by −lr · reach · g, now and through the momentum that it leaves:

- SGD with momentum μ and dampening τ (with Nesterov's too): the buffer hands g on by μ, μ², …, so
  that reach = (1 − τ) / (1 − μ) in the long run (Sutskever et al. 2013, eq. 1–2).
- Adam and AdamW: m̂ is an average whose weights add up to one, and v̂ hardly changes within the
  momentum's memory, so that reach = 1 / (√v̂ + ε), with v̂ as it is (Kingma & Ba 2015, alg. 1).

Approximations, all of them: the direction asked about is taken to last as long as the momentum,
v̂ is taken as given although g is in it, and weight decay wears off what was learned unaccounted.
"""

from __future__ import annotations

from typing import Any

import torch
from torch import Tensor
from torch.optim import SGD, Adam, AdamW, Optimizer

from yesand.reliance.inrun.errors import UnknownOptimiser


def check(optimiser: Optimizer) -> None:
    """Check that the optimiser is one of those above.

    Raises
    ------
    UnknownOptimiser : it is not.
    """
    if not isinstance(optimiser, (SGD, Adam, AdamW)):
        raise UnknownOptimiser(
            f"In-run attribution does not know {type(optimiser).__name__}",
            where="optimiser",
            remedy="Train with SGD, Adam or AdamW of torch.optim.",
        )


def pace(optimiser: Optimizer) -> float:
    """Return the largest learning rate of all groups: the unit of ``reach``."""
    return max(float(group["lr"]) for group in optimiser.param_groups)


def profile(optimiser: Optimizer) -> tuple[float, ...]:
    """Return each group's learning rate in units of ``pace``."""
    unit = pace(optimiser)
    return tuple(float(g["lr"]) / unit if unit else 1.0 for g in optimiser.param_groups)


def reach(optimiser: Optimizer, group: dict[str, Any], weight: Tensor) -> Tensor | float | None:
    """Return reach · (±1) of a weight, or nothing while the optimiser has no state for it.

    The sign is that of the step: −1 where the optimiser minimises.
    """
    sign = 1.0 if group.get("maximize") else -1.0
    if isinstance(optimiser, SGD):
        momentum = float(group["momentum"])
        damped = 1 - float(group["dampening"]) if momentum else 1.0
        return sign * damped / (1 - momentum)
    state = optimiser.state.get(weight)
    if not state:
        return None
    return _of_adam(group, state).mul_(sign)


def _of_adam(group: dict[str, Any], state: dict[str, Any]) -> Tensor:
    second = state["max_exp_avg_sq" if group["amsgrad"] else "exp_avg_sq"]
    steps = state["step"]
    corrected = 1 - torch.as_tensor(float(group["betas"][1])) ** steps.to("cpu")
    spread: Tensor = (second / corrected.to(second.device)).sqrt_().add_(group["eps"])
    return spread.reciprocal_()
