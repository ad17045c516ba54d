"""A network without takes, trained from its start: what every other way is compared with."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from yesand.training import runs
from yesand.training.around import ALONE, Around
from yesand.training.runs import RunRecord
from yesand.training.unlearning.exact import Removed, Told
from yesand.training.unlearning.verification import Audit, How


@dataclass(frozen=True)
class RetrainCourse:
    """Trains as ``runs.train`` does, and says in the run which model it takes the place of.

    Attributes
    ----------
    train : what trains a model of another kind.
    """

    removed: Removed
    train: Callable[..., RunRecord] = runs.train

    def __call__(
        self,
        examples: Any,
        grounds: Any,
        settings: Any,
        out: Path,
        around: Around = ALONE,
    ) -> RunRecord:
        """Write the new folder, whole or not at all."""
        audit = Audit(How.RETRAINED, len(self.removed.takes), self.removed.performers)

        def told(partial: Path, record: RunRecord) -> None:
            around.ready(partial, Told(record, self.removed.as_json(audit)))

        return self.train(examples, grounds, settings, out, replace(around, ready=told))
