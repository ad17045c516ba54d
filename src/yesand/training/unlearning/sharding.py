"""Takes out of a network of parts: those parts that had met them are trained anew, no others."""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from yesand.kernel.errors import CheckFailed
from yesand.training.around import ALONE, Around
from yesand.training.digest import resources
from yesand.training.runs import RunRecord
from yesand.training.shards import training
from yesand.training.shards.training import Before
from yesand.training.unlearning.exact import Removed, Told
from yesand.training.unlearning.verification import Audit, Distance, How

_OTHERWISE = (
    "Where the old parts were trained by another PyTorch or on another machine, unlearn there, or "
    "train a new model on the manifest (yesand train) and state yourself that the duty is met."
)


@dataclass(frozen=True)
class ShardCourse:
    """Trains as ``shards.training.train`` does, from the old parts on.

    Attributes
    ----------
    verify : train every part from its start, too, by the same plan, and compare byte by byte.
    """

    removed: Removed
    verify: bool = True

    def __call__(
        self,
        examples: Any,
        grounds: Any,
        settings: Any,
        out: Path,
        around: Around = ALONE,
    ) -> RunRecord:
        """Write the new folder, whole or not at all."""
        given = (examples, grounds, settings)
        old, audit = (
            self.removed.old,
            Audit(How.SHARDS, len(self.removed.takes), self.removed.performers),
        )

        def anew(partial: Path) -> Distance:
            with TemporaryDirectory(prefix="yesand-") as scratch:
                whole, plan = Path(scratch) / "anew", Before.read(old, reuse=False)
                # Whether the takes still may be used is asked again when the model is entered.
                # No part may be taken from the run that it is compared with.
                beside = replace(
                    around, ready=ALONE.ready, still_holds=ALONE.still_holds, shelf=None
                )
                training.train(*given, whole, beside, before=plan)
                if resources(whole) != resources(partial):
                    raise CheckFailed(
                        "Trained from its start the network came out otherwise",
                        where=str(out),
                        remedy=_OTHERWISE,
                    )
            return Distance(0.0, 0.0, 0.0, len(examples))

        def told(partial: Path, record: RunRecord) -> None:
            found = replace(audit, distance=anew(partial)) if self.verify else audit
            around.ready(partial, Told(record, self.removed.as_json(found)))

        before = Before.read(old)
        return training.train(*given, out, replace(around, ready=told), before=before)
