"""Performer-level shares by retraining the head on random subsets: a datamodel with intervals.

Utility is regressed on who was in (Ilyas et al. 2022), with subsets drawn so that the coefficients
are Shapley values (see ``subsets``), and exact leave-one-performer-out is computed beside it. The
encoder stays frozen: what is measured is how much the head that reads emotion out of it relies on
whom; estimators that differentiate through the whole training come as further modules.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass, replace
from typing import Any, ClassVar

import numpy as np

from yesand.kernel.progress import Progress, silent
from yesand.reliance.agreement import rank_agreement
from yesand.reliance.estimators.retraining import (
    Steps,
    asked_by,
    checked,
    concluded,
    gather,
    penalty,
    round_one,
    to_check,
)
from yesand.reliance.game import Game, games
from yesand.reliance.inputs import Corpus, Floats, FrozenModel, Inputs, Queries
from yesand.reliance.panel import Panel
from yesand.reliance.regression import effects
from yesand.reliance.report import Quality, RelianceReport
from yesand.reliance.subsets import Design, design
from yesand.reliance.utilities import LABEL

_SPLITS = 5


@dataclass(frozen=True)
class Datamodel:
    """Settings.

    Attributes
    ----------
    pairs : pairs of subsets retrained on a fold; all there are, if there are no more.
    resamples : how often the bootstrap draws again.
    seed : decides every draw.
    l2 : the head's penalty; without it, the one of a fixed list that serves new voices best.
    utility : by which answers are judged; see ``utilities``.
    checks : further half-subsets retrained a fold, to tell how faithful the report is.
    """

    pairs: int = 256
    resamples: int = 200
    seed: int = 0
    l2: float | None = None
    utility: str = LABEL
    checks: int = 16

    name: ClassVar[str] = "datamodel"
    version: ClassVar[str] = "2"

    def settings(self) -> dict[str, Any]:
        """Return everything that decides the outcome."""
        return asdict(self)

    def estimate(
        self, model: FrozenModel, corpus: Corpus, queries: Queries, progress: Progress = silent
    ) -> RelianceReport:
        """Return the report."""
        inputs = Inputs(model, corpus, queries)
        played = games(inputs)
        plans = [self._plan(game, fold) for fold, game in enumerate(played)]
        drawn = sum(p.members[..., 0].size for p in plans) + to_check(played, self.checks)
        steps = Steps(progress, played, drawn, self.l2, self.utility)
        l2 = penalty(played, self.l2, steps)
        played = asked_by(self.utility, played, l2, steps)
        rounds = [
            self._round(game, plan, fold, l2, steps)
            for fold, (game, plan) in enumerate(zip(played, plans, strict=True))
        ]
        panels = [gather(played, [r[i] for r in rounds], len(corpus.performers)) for i in range(2)]
        brought = [one.effect[0].mean(0) for one, _ in rounds]
        rng = np.random.default_rng([self.seed, len(played), 2])
        held = checked(played, brought, l2, self.checks, rng, steps)
        exact = all(plan.exact for plan in plans)
        return concluded(
            self,
            inputs,
            panels[0],
            {**self.settings(), "l2": l2, "exact": exact},
            1.0 if exact else _halves(panels[1]),
            np.random.default_rng(self.seed),
            quality=Quality(trainings=steps.done, faithfulness=held),
        )

    def _plan(self, game: Game, fold: int) -> Design:
        return design(game.size, self.pairs, np.random.default_rng([self.seed, fold]))

    def _round(
        self, game: Game, plan: Design, fold: int, l2: float, steps: Steps
    ) -> tuple[Any, Any]:
        """Return the fold's effects: estimate with resamples, and halves against halves."""
        one = round_one(game, l2, steps)
        count = len(plan.members)
        asked = len(game.asked)
        utility = np.empty((0, 2, asked))
        if count:
            flat = game.utility(plan.members.reshape(2 * count, -1), l2, steps)
            utility = flat.reshape(count, 2, asked)
        rng = np.random.default_rng([self.seed, fold, 1])

        def solved(times: Floats) -> Floats:
            weighed = replace(plan, weight=plan.weight * times)
            return effects(weighed, utility, one.whole, one.none).T

        drawn = [np.ones(count)]
        if not plan.exact:
            drawn += list(rng.multinomial(count, np.full(count, 1 / count), self.resamples))
        again = np.stack([solved(times) for times in drawn])
        halves = [solved(half) for half in _split(count, rng)] if not plan.exact else [again[0]]
        return one.with_effect(again), one.with_effect(np.stack(_evened(halves)))


def _split(pairs: int, rng: np.random.Generator) -> list[Floats]:
    """Return weights that pick one half, the other half, one half of another split …"""
    found: list[Floats] = []
    for _ in range(_SPLITS):
        half = (rng.permutation(pairs) < pairs // 2).astype(np.float64)
        found += [half, 1 - half]
    return found


def _evened(halves: Sequence[Floats]) -> list[Floats]:
    # A fold that was enumerated has no halves: both of them are the whole.
    return list(halves) if len(halves) > 1 else list(halves) * (2 * _SPLITS)


def _halves(panel: Panel) -> float | None:
    """Return the mean agreement between halves of the subsets."""
    both = [replace(panel, effect=panel.effect[i : i + 1]).effects() for i in range(2 * _SPLITS)]
    found = [rank_agreement(a, b) for a, b in zip(both[::2], both[1::2], strict=True)]
    known = [f for f in found if f is not None]
    return round(sum(known) / len(known), 4) if known else None
