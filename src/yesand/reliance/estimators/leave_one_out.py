"""Exact leave-one-performer-out: what the model loses without each, and nothing else.

Cheap and exact, but what single removals cost does not add up to what all are worth together: it
ranks and checks. The datamodel prices.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass, replace
from typing import Any, ClassVar

import numpy as np

from yesand.kernel.progress import Progress, silent
from yesand.reliance.estimators.retraining import (
    Steps,
    asked_by,
    concluded,
    gather,
    penalty,
    round_one,
)
from yesand.reliance.game import games
from yesand.reliance.inputs import Corpus, FrozenModel, Inputs, Queries
from yesand.reliance.report import NOTHING_BESIDE, Quality, RelianceReport
from yesand.reliance.utilities import LABEL

REASON = "Leaving one out ranks and checks; what it finds does not add up, so it does not price."


@dataclass(frozen=True)
class LeaveOneOut:
    """Settings: as the datamodel's, without subsets."""

    resamples: int = 200
    seed: int = 0
    l2: float | None = None
    utility: str = LABEL

    name: ClassVar[str] = "leave-one-out"
    version: ClassVar[str] = "3"

    def settings(self) -> dict[str, Any]:
        """Return everything that decides the outcome."""
        return asdict(self)

    def estimate(
        self, model: FrozenModel, corpus: Corpus, queries: Queries, progress: Progress = silent
    ) -> RelianceReport:
        """Return the report; the effects are the exact losses, and they never set shares."""
        inputs = Inputs(model, corpus, queries)
        played = games(inputs)
        steps = Steps(progress, played, 0, self.l2, self.utility)
        l2 = penalty(played, self.l2, steps)
        played = asked_by(self.utility, played, l2, steps)
        panel = gather(played, [round_one(g, l2, steps) for g in played], len(corpus.performers))
        settings = {**self.settings(), "l2": l2, "exact": True}
        rng = np.random.default_rng(self.seed)
        quality = Quality(trainings=steps.done)
        found = concluded(self, inputs, panel, settings, 1.0, rng, quality=quality)
        return replace(found, agreement=NOTHING_BESIDE).unpriced(REASON)
