"""How far a gradient moves the weights under an optimiser, to first order.

A gradient g moves weight p by −lr · reach · g, now and through the momentum that it leaves:

- SGD with momentum μ and dampening τ (with Nesterov's too): the buffer hands g on by μ, μ², …, so
  that reach = (1 − τ) / (1 − μ) in the long run (Sutskever et al. 2013, eq. 1–2).
- Adam and AdamW: m̂ is an average whose weights add up to one, and v̂ hardly changes within the
  momentum's memory, so that reach = 1 / (√v̂ + ε), with v̂ as this very step will have it (Kingma &
  Ba 2015, alg. 1): an older one has not seen a gradient where there was none before.

Approximations, all of them: the direction asked about is taken to last as long as the momentum,
v̂ is taken as given although g is in it, and weight decay wears off what was learned unaccounted.
"""

from __future__ import annotations

from typing import Any

import torch
from torch import Tensor
from torch.optim import SGD, Adam, AdamW, Optimizer

from yesand.reliance.inrun.errors import UnknownOptimiser

#: A gradient below so many ε is rounding, as before a normalisation that takes it out again. Adam
#: moves the weight by chance then, and nobody's take is the reason.
_NOISE = 10.0


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


def reach(
    optimiser: Optimizer, group: dict[str, Any], weight: Tensor, gradient: Tensor
) -> Tensor | float:
    """Return ∂weight / ∂gradient of the coming step and of what it leaves: −lr · reach.

    Parameters
    ----------
    gradient : the whole batch's, as the step will take it.
    """
    rate = float(group["lr"]) if group.get("maximize") else -float(group["lr"])
    if isinstance(optimiser, SGD):
        momentum = float(group["momentum"])
        damped = 1 - float(group["dampening"]) if momentum else 1.0
        return rate * damped / (1 - momentum)
    return _of_adam(group, optimiser.state.get(weight) or {}, gradient).mul_(rate)


def _of_adam(group: dict[str, Any], state: dict[str, Any], gradient: Tensor) -> Tensor:
    beta = float(group["betas"][1])
    step = int(state["step"]) + 1 if state else 1
    before = state["exp_avg_sq"] if state else torch.zeros_like(gradient)
    second = torch.lerp(gradient.square(), before, beta)
    if group["amsgrad"] and state:
        second = torch.maximum(second, state["max_exp_avg_sq"])
    spread = (second / (1 - beta**step)).sqrt_()
    moved: Tensor = (spread + group["eps"]).reciprocal_()
    return moved.masked_fill_(spread < _NOISE * group["eps"], 0.0)
