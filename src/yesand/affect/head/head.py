"""A head: what it has learned, how it answers, and how it learns and forgets."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import torch
from numpy.typing import NDArray

from yesand.affect.head.fitting import Minimum, lead, minimum
from yesand.affect.head.problem import Problem
from yesand.affect.head.scaling import Scale, balanced

Floats = NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class Head:
    """A scale and the weights on it, (classes, d + 1): the last column is the bias."""

    scale: Scale
    weights: Floats

    def logits(self, rows: Floats) -> Floats:
        """Return the score of each class, (N, classes), for features (N, d)."""
        made: Floats = self._scores(rows).numpy()
        return made

    def probability(self, rows: Floats, trust: float = 1.0) -> Floats:
        """Return the probability of each class, (N, classes), for features (N, d).

        Parameters
        ----------
        trust : one over the temperature (``affect.calibration``); 1: as it was learned.
        """
        made: Floats = (trust * self._scores(rows)).softmax(1).numpy()
        return made

    def _scores(self, rows: Floats) -> torch.Tensor:
        return torch.from_numpy(self.scale.scaled(rows)) @ torch.from_numpy(self.weights.T.copy())


@dataclass(frozen=True, eq=False)
class Learned:
    """A head with how it was found."""

    head: Head
    found: Minimum


def learn(rows: Floats, target: Floats, penalty: float, start: Head | None = None) -> Learned:
    """Return the head of some takes; whatever it starts from, it is the same to ``TOLERANCE``.

    Started from a head of more takes it forgets the others: what is found is what those that are
    left have taught, exactly as if the others had never been.

    Parameters
    ----------
    rows : (N, d) features. target : (N, classes), rows add up to 1.
    start : where the search begins; one of other classes is no beginning, and zeros are.
    penalty : by take and feature, so that one number fits corpora and encoders of any size.

    Raises
    ------
    CheckFailed : no minimum was found, as where features are no numbers.
    """
    scale = Scale.of(rows)
    features = torch.from_numpy(scale.scaled(rows))
    weight = torch.from_numpy(balanced(target))
    given = Problem(
        features, torch.from_numpy(target.T.copy()), weight, penalty * len(rows) * rows.shape[1]
    )
    # Where an emotion has gone with its takes there are fewer classes to carry over to.
    if start is None or start.weights.shape != tuple(given.shape):
        begin = features.new_zeros(given.shape)
    else:
        begin = torch.from_numpy(scale.carried(start.weights, start.scale))
    found = minimum(given, begin, lead(features))
    return Learned(Head(scale, found.weights.numpy()), found)
