"""Averages over seeds, and whether they have settled.

The seeds are a part of the method: one training's derivative explains its own luck and little else,
while the average of a handful is a property of the takes.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
import torch
from torch.nn.functional import one_hot

from yesand.reliance.agreement import rank_agreement
from yesand.reliance.estimators.retraining import Round, gather
from yesand.reliance.game import Game
from yesand.reliance.inputs import Floats
from yesand.reliance.panel import Panel
from yesand.reliance.shares import fractions
from yesand.reliance.trajectory.path import Values

_SPLITS = 5


@dataclass(frozen=True)
class Seeds:
    """One fold's figures for S seeds, Q asked and n players.

    Attributes
    ----------
    effect, edge : (S, Q, n). whole, none : (S, Q). kinds : (S, Q, n, C), ``effect`` by emotion;
        no emotions, C = 0, where takes are not told apart.
    """

    effect: Floats
    edge: Floats
    whole: Floats
    none: Floats
    kinds: Floats

    @classmethod
    def of(cls, game: Game, values: Values) -> Seeds:
        """Add up the takes of each player."""
        trained, effect = game.trained, values.effect.double().cpu()
        whose = one_hot(trained.owner, game.size).double()
        kind = one_hot(trained.label, trained.classes).double()
        return cls(
            (effect @ whose).numpy(),
            (values.edge.double().cpu() @ whose).numpy(),
            values.whole.double().cpu().numpy(),
            values.none.double().cpu().numpy(),
            torch.einsum("sqi,in,ic->sqnc", effect, whose, kind).numpy(),
        )

    def joined(self, other: Seeds) -> Seeds:
        """Return the seeds of both."""
        both = zip(_parts(self), _parts(other), strict=True)
        return Seeds(*(np.concatenate(two) for two in both))

    def averaged(self, times: Floats) -> Round:
        """Average over seeds, each counted as often as a row of ``times`` (R, S) says."""
        rate = times / times.sum(1, keepdims=True)
        effect = np.einsum("rs,sqn->rqn", rate, self.effect)
        first = rate[0]
        return Round(
            effect,
            np.einsum("s,sqn->qn", first, self.edge),
            first @ self.whole,
            first @ self.none,
            np.einsum("s,sqnc->qnc", first, self.kinds) if self.kinds.shape[-1] else None,
        )


@dataclass(frozen=True)
class Settled:
    """Seeds of every fold, and how well they agree; pairs of orders may stand for seeds.

    Attributes
    ----------
    amount : (performers,) as for ``Panel``.
    """

    played: Sequence[Game]
    folds: Sequence[Seeds]
    performers: int
    amount: Floats | None = None

    @property
    def count(self) -> int:
        """How many seeds there are."""
        return len(self.folds[0].whole) if self.folds else 0

    def panel(self, resamples: int, rng: np.random.Generator) -> Panel:
        """Return the averages, and the same with other seeds drawn."""
        one = np.ones((1, max(1, self.count)))
        rounds = []
        for fold in self.folds:
            drawn = rng.multinomial(self.count, one[0] / self.count, resamples)
            found = fold.averaged(np.concatenate([one, drawn]) if self.count > 1 else one)
            rounds.append(found.with_effect(_widened(found.effect, self.count)))
        return gather(self.played, rounds, self.performers, self.amount)

    def shares(self, times: Floats) -> Floats:
        """Return effects and shares with seeds counted so often, both (n,)."""
        rounds = [fold.averaged(times[None]) for fold in self.folds]
        effects = gather(self.played, rounds, self.performers, self.amount).effects()
        return np.stack([effects, fractions(effects)])

    def halves(self, rng: np.random.Generator) -> float | None:
        """Return how well halves of the seeds agree on the order (Spearman, mean of splits)."""
        found = []
        for _ in range(_SPLITS if self.count > 1 else 0):
            half = (rng.permutation(self.count) < self.count // 2).astype(np.float64)
            found.append(rank_agreement(self.shares(half)[0], self.shares(1 - half)[0]))
        known = [f for f in found if f is not None]
        return round(sum(known) / len(known), 4) if known else None

    def moved(self, before: int) -> float:
        """Return by how much a share has moved at most since there were so many seeds."""
        earlier = (np.arange(self.count) < before).astype(np.float64)
        return float(np.abs(self.shares(np.ones(self.count)) - self.shares(earlier))[1].max())

    def joined(self, folds: Sequence[Seeds]) -> Settled:
        """Return them with more seeds."""
        both = zip(self.folds, folds, strict=True)
        return replace(self, folds=[a.joined(b) for a, b in both] if self.folds else folds)


def _widened(effect: Floats, seeds: int) -> Floats:
    # Of few seeds a bootstrap varies too little: by √((S − 1)/S).
    spread = (seeds / (seeds - 1)) ** 0.5 if seeds > 1 else 1.0
    widened: Floats = effect[:1] + spread * (effect - effect[:1])
    return widened


def _parts(seeds: Seeds) -> tuple[Floats, ...]:
    return seeds.effect, seeds.edge, seeds.whole, seeds.none, seeds.kinds
