"""Estimators that rank without retraining: our influence, and other people's libraries.

Each is asked about the convex head trained on all takes. Scores have each method's own unit, so
they are brought to the size of the exact losses without each performer, which are computed beside
them; the order is the method's. None adds up, so none sets shares.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import asdict, dataclass, replace
from typing import Any, ClassVar

import numpy as np
import torch
from torch import nn

from yesand.kernel.progress import Progress, silent
from yesand.reliance import head
from yesand.reliance.estimators.retraining import (
    Round,
    Steps,
    concluded,
    gather,
    penalty,
    round_one,
)
from yesand.reliance.game import Game, games
from yesand.reliance.inputs import Corpus, Floats, FrozenModel, Inputs, Queries
from yesand.reliance.peers import installed, scores
from yesand.reliance.report import RelianceReport
from yesand.reliance.trained import Trained

REASON = (
    "Influence ranks: what it finds for whole performers does not add up, so it does not price."
)
Score = Callable[[Trained, float], Floats]


@dataclass(frozen=True)
class Ranking:
    """Settings of all that rank.

    Attributes
    ----------
    damping : added to the curvature's eigenvalues; the head's own l2 a take without it.
    """

    damping: float | None = None
    resamples: int = 200
    seed: int = 0
    l2: float | None = None

    name: ClassVar[str]
    version: ClassVar[str] = "1"

    def settings(self) -> dict[str, Any]:
        """Return everything that decides the outcome."""
        return asdict(self)

    def score(self, trained: Trained, damping: float) -> Floats:
        """Return (performers, queries)."""
        return scores(self.name, trained, damping=damping)

    def estimate(
        self, model: FrozenModel, corpus: Corpus, queries: Queries, progress: Progress = silent
    ) -> RelianceReport:
        """Return the report; it never sets shares."""
        inputs = Inputs(model, corpus, queries)
        corpus.acted(self.name)
        played = games(inputs)
        steps = Steps(progress, played, 0, self.l2)
        l2 = penalty(played, self.l2, steps)
        rounds = [self._round(game, l2, steps) for game in played]
        panel = gather(played, rounds, len(corpus.performers))
        settings = {**self.settings(), "l2": l2}
        rng = np.random.default_rng(self.seed)
        found = concluded(self, inputs, panel, settings, 1.0, rng)
        # Nothing was drawn, so there are no halves to speak of.
        beside = replace(found.agreement, halves=None)
        return replace(found, agreement=beside).unpriced(REASON)

    def _round(self, game: Game, l2: float, steps: Steps) -> Round:
        exact = round_one(game, l2, steps)
        damping = self.damping or l2 / len(game.trained.label)
        found = self.score(_trained(game, l2), damping)
        whose = np.eye(len(game.asked))[game.queried.owner.numpy()] * game.weight[:, None]
        effect = (found @ whose).T
        size = np.linalg.norm(effect)
        scale = np.linalg.norm(exact.without) / size if size > 0 else 0.0
        return exact.with_effect(effect[None] * scale)


class Influence(Ranking):
    """EK-FAC of our own."""

    name = "influence"

    def score(self, trained: Trained, damping: float) -> Floats:
        """Return (performers, queries)."""
        from yesand.reliance.influence import influence

        found: Floats = influence(trained, damping).double().numpy()
        return found


class Peer(Ranking):
    """A library of others; it must be installed."""

    def __post_init__(self) -> None:
        """Refuse what is not here.

        Raises
        ------
        NotFound : the library is not installed.
        """
        installed(self.name)


class Dattri(Peer):
    """EK-FAC of dattri."""

    name = "dattri-ekfac"


class Traker(Peer):
    """TRAK by its authors."""

    name = "traker-trak"


class Kronfluence(Peer):
    """EK-FAC of kronfluence."""

    name = "kronfluence-ekfac"


def _trained(game: Game, l2: float) -> Trained:
    """Return the head trained on everybody as a module, in single precision as libraries ask."""
    weights = head.fit(game.trained, torch.ones(1, game.size).double(), l2)[0]
    width, classes = weights.shape
    layer = nn.Linear(width, classes, bias=False)
    with torch.no_grad():
        layer.weight.copy_(weights.T)
    takes, asked = (replace(t, features=t.features.float()) for t in (game.trained, game.queried))
    return Trained(nn.Sequential(layer), takes, asked, game.size)
