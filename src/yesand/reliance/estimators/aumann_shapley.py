"""Shares by Aumann–Shapley: what every take adds on the way from no data to all of it.

For the head it is exact, in closed form and cheap; for a network it is the derivative through the
whole training, averaged over seeds. Either way the shares add up, and a performer who splits into
several accounts gains nothing.
"""

from __future__ import annotations

from contextlib import nullcontext
from dataclasses import asdict, dataclass, replace
from math import ceil
from typing import Any, ClassVar

import numpy as np
from torch import Tensor

from yesand.kernel.errors import BadInput
from yesand.kernel.progress import Progress, silent
from yesand.reliance import implicit
from yesand.reliance.distributed import BACKENDS, World, joined
from yesand.reliance.estimators.networks import Seeded, rates
from yesand.reliance.estimators.retraining import (
    Round,
    Steps,
    asked_by,
    checked,
    concluded,
    gather,
    penalty,
    round_one,
    to_check,
)
from yesand.reliance.estimators.settling import Seeds
from yesand.reliance.game import Game, games
from yesand.reliance.inputs import Corpus, FrozenModel, Inputs, Queries
from yesand.reliance.report import Quality, RelianceReport
from yesand.reliance.trajectory import path
from yesand.reliance.trajectory.course import Course
from yesand.reliance.trajectory.path import Values, aumann_shapley
from yesand.reliance.trajectory.places import PILOT


@dataclass(frozen=True)
class AumannShapley(Seeded):
    """Settings: those of whole trainings, and these.

    Attributes
    ----------
    network : "head" for the convex head, or a network: see ``Settings``.
    dealt : seeds among whom the nodes of a network's path are dealt out; they count as one.
    nodes : places along the path; at 0, 12 for the head, where they are cheap, else 8.
    l2 : the head's penalty; chosen without it.
    across : share a network's trainings out among the processes that ``torchrun`` has started.
        Each has the same report in the end, as one process alone would.
    backend : by which these talk, "gloo" or "nccl"; "auto" takes NCCL on graphics cards, where
        each process has one of its own.
    """

    network: str = "head"
    nodes: int = 0
    dealt: int = 2
    l2: float | None = None
    across: bool = False
    backend: str = "auto"

    name: ClassVar[str] = "aumann-shapley"
    version: ClassVar[str] = "2"

    @property
    def places(self) -> int:
        """How many places along the path are looked at."""
        usual = implicit.NODES if self.network == "head" else path.NODES
        return self.nodes or usual

    @property
    def talking(self) -> str:
        """By which backend processes talk.

        Raises
        ------
        BadInput : there is no such.
        """
        if self.backend not in ("auto", *BACKENDS):
            raise BadInput(
                f"No backend {self.backend!r}", where="backend", remedy="auto, gloo or nccl."
            )
        usual = "nccl" if self.device == "cuda" else "gloo"
        return usual if self.backend == "auto" else self.backend

    @property
    def group(self) -> int:
        """How many seeds share the nodes."""
        return self.dealt

    @property
    def opening(self) -> int:
        """One seed's pilot, which finds the nodes."""
        return PILOT

    @property
    def cost(self) -> int:
        """A seed's nodes, and where all are in, of which one of those dealt to is run back."""
        return ceil((3 * self.places + 2) / self.dealt) + 1

    def settings(self) -> dict[str, Any]:
        """Return everything that decides the outcome: of the head, what concerns a head."""
        whole = {**asdict(self), "nodes": self.places}
        if self.network != "head":
            return {name: whole[name] for name in whole if name not in _ELSEWHERE}
        return {name: whole[name] for name in _HEAD}

    def values(self, course: Course, game: Game, seeds: Tensor) -> Values:
        """Return what every take adds along the path."""
        takes, asked = self.takes(game), self.question(game)
        with joined(self.talking) if self.across else nullcontext(World()) as world:
            return aumann_shapley(
                course, takes, seeds, asked, count=self.places, dealt=self.dealt, world=world
            )

    def estimate(
        self, model: FrozenModel, corpus: Corpus, queries: Queries, progress: Progress = silent
    ) -> RelianceReport:
        """Return the report.

        Raises
        ------
        BadInput : no such network, or fewer than two nodes.
        """
        if self.places < 2:
            raise BadInput("The path needs two nodes or more", where=f"nodes {self.places}")
        if self.network != "head":
            talking = self.talking
            with joined(talking) if self.across else nullcontext():
                return super().estimate(model, corpus, queries, progress)
        return self._of_head(Inputs(model, corpus, queries), progress)

    def _of_head(self, inputs: Inputs, progress: Progress) -> RelianceReport:
        played = games(inputs)
        drawn = len(played) * self.places + to_check(played, self.checks)
        steps = Steps(progress, played, drawn, self.l2, self.utility)
        l2 = penalty(played, self.l2, steps)
        played = asked_by(self.utility, played, l2, steps)
        rng = np.random.default_rng(self.seed)
        rounds = [self._round(game, l2, steps) for game in played]
        amount = np.bincount(inputs.corpus.owner).astype(np.float64)
        panel = gather(played, rounds, len(amount), amount)
        brought = [one.effect[0].mean(0) for one in rounds]
        held = checked(played, brought, l2, self.checks, rng, steps)
        quality = Quality(trainings=steps.done, nodes=self.places, faithfulness=held)
        settings = {**self.settings(), "l2": l2, "exact": True}
        return concluded(self, inputs, panel, settings, 1.0, rng, quality=quality)

    def _round(self, game: Game, l2: float, steps: Steps) -> Round:
        found = implicit.head_values(game.trained, game.queried, rates(game), l2, self.places)
        steps(self.places)
        seeds = Seeds.of(game, found)
        return replace(round_one(game, l2, steps), effect=seeds.effect, kinds=seeds.kinds[0])


#: What decides no figure of a network: the head's penalty, and who talks to whom.
_ELSEWHERE = {"l2", "across", "backend"}
_HEAD = ("network", "nodes", "l2", "utility", "checks", "resamples", "seed")
