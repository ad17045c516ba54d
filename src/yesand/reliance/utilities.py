"""Which answer counts as a good one: three utilities, one form.

A utility is U = Σⱼ rateⱼ Σ_c qⱼ(c) log pⱼ(c): how likely a model finds what the query's target
distribution q says. Whose q it is makes the difference:

label
    all on the performed emotion: log-likelihood. With a temperature, of calibrated probabilities.
raters
    the raters' own distribution: a take on which they disagree asks for doubt.
model
    the answers of the model trained on everybody. It needs no label, so it works on the usage
    itself: U(all) − U(S) is then exactly the divergence KL(p_all ‖ p_S) of the model without.

A query with a distribution is the same as one query a class, each counting by its probability, so
every estimator takes all three as they are.
"""

from __future__ import annotations

import numpy as np
import torch
from scipy.optimize import minimize_scalar
from torch import Tensor
from torch.nn.functional import one_hot

from yesand.kernel.errors import BadInput
from yesand.reliance.head import Takes


def labels(asked: Takes) -> Tensor:
    """Return the targets of the utility by label, (J, C)."""
    return one_hot(asked.label, asked.classes).to(asked.features)


def asking(asked: Takes, rate: Tensor, target: Tensor) -> tuple[Takes, Tensor]:
    """Return queries and rates that ask for a distribution: each query once a class.

    Parameters
    ----------
    rate : (J, Q). target : (J, C), each row adds up to one.

    Raises
    ------
    BadInput : the targets do not fit the queries, or are no distributions.
    """
    count, classes = len(asked.label), asked.classes
    whole = target.sum(1)
    if target.shape != (count, classes) or not torch.isfinite(whole).all() or (target < 0).any():
        raise BadInput("The targets do not fit the queries", where=f"{count} × {classes}")
    if (whole - 1).abs().max() > 1e-6:
        raise BadInput("A target's probabilities do not add up to one", where="targets")
    rows, kinds = (target > 0).nonzero(as_tuple=True)
    found = Takes(asked.features[rows], kinds, asked.owner[rows], classes)
    return found, rate[rows] * target[rows, kinds, None].to(rate)


def temperature(scores: Tensor, label: Tensor) -> float:
    """Return the temperature at which scores are calibrated best (Guo et al. 2017).

    Parameters
    ----------
    scores : (J, C) before the softmax, of queries that are not asked afterwards.
    """
    if not len(label):
        raise BadInput("Nothing to calibrate by", where="temperature")

    def loss(log: float) -> float:
        return float(torch.nn.functional.cross_entropy(scores / np.exp(log), label))

    return float(np.exp(minimize_scalar(loss, bounds=(-3, 3), method="bounded").x))


def tempered(asked: Takes, by: Tensor) -> Takes:
    """Return a convex head's queries so that its scores come out divided by temperatures, (J,)."""
    # The bias is a column of the features, so that this divides it too.
    return Takes(asked.features / by[:, None], asked.label, asked.owner, asked.classes)
