"""The exact derivative where all are in: what the model loses with a little less of somebody.

It ranks and checks, as leaving one out does, and never sets shares: what it finds does not add up.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import ClassVar

import torch
from torch import Tensor

from yesand.kernel.progress import Progress, silent
from yesand.reliance.estimators.networks import Seeded
from yesand.reliance.game import Game
from yesand.reliance.inputs import Corpus, FrozenModel, Queries
from yesand.reliance.report import NOTHING_BESIDE, RelianceReport
from yesand.reliance.trajectory.course import Course
from yesand.reliance.trajectory.path import Values
from yesand.reliance.trajectory.reverse import derivative
from yesand.reliance.trajectory.training import train

REASON = "The derivative where all are in ranks and checks; it does not add up, so it sets no pay."


@dataclass(frozen=True)
class Metagradient(Seeded):
    """Settings: those of whole trainings."""

    name: ClassVar[str] = "metagradient"
    version: ClassVar[str] = "2"

    @property
    def cost(self) -> int:
        """Forward and back; where nobody is, there is no gradient to compute."""
        return 3

    def values(self, course: Course, game: Game, seeds: Tensor) -> Values:
        """Return the derivative by every take's weight."""
        takes, asked = self.takes(game), self.question(game)
        ones = takes.features.new_ones(len(seeds), len(takes.label))
        found = derivative(course, takes, ones, seeds, asked)
        nobody = asked.utilities(course, train(course, takes, torch.zeros_like(ones), seeds))
        return Values(found.slope, found.slope, found.utility, nobody)

    def estimate(
        self, model: FrozenModel, corpus: Corpus, queries: Queries, progress: Progress = silent
    ) -> RelianceReport:
        """Return the report; it never sets shares."""
        found = super().estimate(model, corpus, queries, progress)
        beside = replace(NOTHING_BESIDE, halves=found.agreement.halves)
        return replace(found, agreement=beside).unpriced(REASON)
