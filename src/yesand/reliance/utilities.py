"""Which answer counts as a good one: four utilities, one form.

A utility is U = Σⱼ rateⱼ Σ_c qⱼ(c) log pⱼ(c): how likely a model finds what the query's target
distribution q says. Whose q it is makes the difference:

label
    all on the performed emotion: log-likelihood.
calibrated
    the same of calibrated probabilities, a convex head's scores divided by a temperature (Guo et
    al. 2017); half of the voices asked is calibrated by the other half.
raters
    the raters' own distribution: a take on which they disagree asks for doubt.
model
    the answers of the model trained on everybody. It needs no label, so it works on the usage
    itself: U(all) − U(S) is then exactly the divergence KL(p_all ‖ p_S) of the model without.

A query with a distribution is the same as one query a class, each counting by its probability, so
every estimator takes all of them as they are.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace

import numpy as np
import torch
from scipy.optimize import minimize_scalar
from torch import Tensor
from torch.nn.functional import one_hot

from yesand.kernel.errors import BadInput
from yesand.reliance.game import Game
from yesand.reliance.head import Takes

LABEL, CALIBRATED, RATERS, MODEL = NAMES = ("label", "calibrated", "raters", "model")
#: A game's scores by a model trained on everybody, (J, C), before the softmax or after log of it.
Scores = Callable[[Game], Tensor]


def known(name: str) -> str:
    """Return a utility's name.

    Raises
    ------
    BadInput : there is none of that name.
    """
    if name not in NAMES:
        raise BadInput(
            f"No such utility: {name[:40]!r}", where="utility", remedy=f"Of {', '.join(NAMES)}."
        )
    return name


def trains(name: str) -> bool:
    """Tell whether a utility needs the model of everybody before anything can be asked."""
    return known(name) in (CALIBRATED, MODEL)


def by(name: str, played: Sequence[Game], scores: Scores) -> list[Game]:
    """Return the games with their queries asked by a utility.

    Raises
    ------
    BadInput : no such utility, nobody rated the takes, or a fold asks one voice alone and so has
        none to calibrate by.
    """
    known(name)
    if name == LABEL:
        return list(played)
    if name == CALIBRATED:
        return [replace(game, queried=_cooled(game, scores(game))) for game in played]
    found = []
    for game in played:
        target = _rated(game) if name == RATERS else scores(game).softmax(1)
        rate = torch.from_numpy(game.weight)[:, None]
        queried, weighed = asking(game.queried, rate, target.double())
        found.append(replace(game, queried=queried, weight=weighed[:, 0].numpy()))
    return found


def _rated(game: Game) -> Tensor:
    if game.queried.heard is None:
        raise BadInput(
            "Nobody's ratings lie in the model's folder",
            where="utility=raters",
            remedy="Train with --targets heard, or take another utility.",
        )
    return game.queried.heard


def _cooled(game: Game, scores: Tensor) -> Takes:
    asked, warm = game.queried, game.queried.features.new_ones(len(game.queried.label))
    if len(game.asked) < 2:
        raise BadInput(
            "A fold that asks one voice has no other to calibrate by",
            where="utility=calibrated",
            remedy="Take another utility.",
        )
    for half in (0, 1):
        mine = asked.owner % 2 == half
        warm[mine] = temperature(scores[~mine], asked.label[~mine])
    return tempered(asked, warm)


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
