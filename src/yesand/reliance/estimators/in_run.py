"""The indicator between payout reports: what takes add while the network trains, watched once.

Many times cheaper than the path's integral and nearly as good on the order; it does not add up by
itself, so it is scaled to what all add and sets no shares.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar, Literal

from torch import Tensor

from yesand.kernel.progress import Progress, silent
from yesand.reliance.estimators.networks import Seeded
from yesand.reliance.game import Game
from yesand.reliance.inputs import Corpus, FrozenModel, Queries
from yesand.reliance.report import RelianceReport
from yesand.reliance.trajectory.course import Course
from yesand.reliance.trajectory.inrun import in_run
from yesand.reliance.trajectory.path import Values

REASON = "It is an indicator between reports: its effects are scaled to add up, so it sets no pay."


@dataclass(frozen=True)
class InRun(Seeded):
    """Settings: those of whole trainings, and these.

    Attributes
    ----------
    order : 1, or 2 with the step's curvature.
    stride : watch every so many steps. queries : ask so many each time, all of them at 0.
    every : ask anew at every so many-th of the steps that are watched.
    """

    order: Literal[1, 2] = 1
    stride: int = 1
    queries: int = 0
    every: int = 1

    name: ClassVar[str] = "in-run"
    version: ClassVar[str] = "2"

    @property
    def cost(self) -> int:
        """The training itself, and about twice as much for watching."""
        return 3

    def values(self, course: Course, game: Game, seeds: Tensor) -> Values:
        """Return what every take adds during the training."""
        return in_run(
            course,
            self.takes(game),
            seeds,
            self.question(game),
            order=self.order,
            stride=max(1, self.stride),
            queries=self.queries or None,
            every=self.every,
        )

    def estimate(
        self, model: FrozenModel, corpus: Corpus, queries: Queries, progress: Progress = silent
    ) -> RelianceReport:
        """Return the report; it never sets shares."""
        return super().estimate(model, corpus, queries, progress).unpriced(REASON)
