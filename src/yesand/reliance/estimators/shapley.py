"""Group Shapley by retraining along random orders: what other estimators are held against.

It adds up, and costs a training a performer and order. It is not proof against splitting: who comes
as several performers may gain.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Any, ClassVar

import numpy as np
import torch

from yesand.affect.head.curvature import one_thread
from yesand.kernel.progress import Progress, silent
from yesand.reliance import permutation
from yesand.reliance.estimators.networks import APART_SEEDS, Settings
from yesand.reliance.estimators.retraining import (
    Steps,
    asked_by,
    checked,
    concluded,
    penalty,
    to_check,
)
from yesand.reliance.estimators.settling import Seeds, Settled
from yesand.reliance.faithfulness import Faithfulness
from yesand.reliance.game import Game, games
from yesand.reliance.inputs import Corpus, Floats, FrozenModel, Inputs, Queries
from yesand.reliance.report import Quality, RelianceReport


@dataclass(frozen=True)
class Shapley(Settings):
    """Settings: those of whole trainings, of which ``seeds`` are averaged for every subset.

    Attributes
    ----------
    network : "head" for the convex head, or a network: see ``Settings``.
    pairs : orders a fold, each with its reverse. l2 : the head's penalty; chosen without it.
    """

    network: str = "head"
    pairs: int = 20
    l2: float | None = None

    name: ClassVar[str] = "shapley"
    version: ClassVar[str] = "1"

    def settings(self) -> dict[str, Any]:
        """Return everything that decides the outcome."""
        whole = asdict(self)
        unused = {"max_seeds", "bound", "tolerance"}
        kept = _HEAD if self.network == "head" else set(whole) - unused - {"l2"}
        return {name: value for name, value in whole.items() if name in kept}

    def estimate(
        self, model: FrozenModel, corpus: Corpus, queries: Queries, progress: Progress = silent
    ) -> RelianceReport:
        """Return the report."""
        inputs = Inputs(model, corpus, queries)
        played = games(inputs)
        convex = self.network == "head"
        drawn = sum(2 * self.pairs * (game.size + 1) for game in played)
        if not convex:  # of a head, leaving out is counted for every estimator alike
            drawn = len(self._seeds) * (drawn + sum(game.size for game in played))
        drawn += to_check(played, self.checks) * (1 if convex else APART_SEEDS)
        steps = Steps(progress, played if convex else [], drawn, self.l2, self.utility)
        settings = self.settings()
        if convex:
            settings["l2"] = penalty(played, self.l2, steps)
            played = asked_by(self.utility, played, settings["l2"], steps)
        with one_thread():
            if not convex:
                played = self.asked_by_networks(played, steps)
            folds = [self._fold(g, k, settings.get("l2"), steps) for k, g in enumerate(played)]
        found = Settled(played, folds, len(corpus.performers))
        rng = np.random.default_rng(self.seed)
        panel = found.panel(self.resamples, rng)
        held = self._checked(found, settings.get("l2"), steps)
        quality = Quality(steps.done, seeds=len(self._seeds), faithfulness=held)
        halves = found.halves(np.random.default_rng([self.seed, 1]))
        return concluded(
            self, inputs, panel, settings, halves, rng, drawn="orders", quality=quality
        )

    def _checked(self, found: Settled, l2: float | None, steps: Steps) -> Faithfulness:
        rng = np.random.default_rng([self.seed, 2])
        if l2 is None:
            with one_thread():
                return self.held(found, rng, steps)
        brought = [fold.effect.mean((0, 1)) for fold in found.folds]
        return checked(found.played, brought, l2, self.checks, rng, steps)

    def _fold(self, game: Game, fold: int, l2: float | None, steps: Steps) -> Seeds:
        """Return what a pair of orders gives, each pair as a seed's figures."""
        order = permutation.orders(game.size, self.pairs, np.random.default_rng([self.seed, fold]))
        utility = self._utility(game, permutation.entering(order), l2, steps)
        effect = permutation.values(order, utility)
        paired = effect.reshape(self.pairs, 2, *effect.shape[1:]).mean(1)
        without = self._utility(game, 1 - np.eye(game.size)[None], l2, steps)[0]
        whole, none = utility[0, -1], utility[0, 0]
        times = (self.pairs, 1)
        return Seeds(
            paired,
            np.tile((whole - without).T, (self.pairs, 1, 1)),
            np.tile(whole, times),
            np.tile(none, times),
            np.empty((*paired.shape, 0)),
        )

    def _utility(self, game: Game, members: Floats, l2: float | None, steps: Steps) -> Floats:
        """Retrain on subsets (A, B, players); return (A, B, asked)."""
        flat = members.reshape(-1, game.size)
        if l2 is not None:
            found = game.utility(flat, l2, steps)
        else:
            found = self.retrained(game, flat, self._seeds)
            steps(len(flat) * len(self._seeds))
        return found.reshape(*members.shape[:2], -1)

    @property
    def _seeds(self) -> torch.Tensor:
        return torch.arange(self.seeds if self.network != "head" else 0) + self.seed * 10_000


_HEAD = {"network", "pairs", "l2", "utility", "checks", "resamples", "seed"}
