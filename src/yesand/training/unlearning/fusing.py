"""Takes undone in fused heads: the optimum of each without them, and the proof beside it."""

from __future__ import annotations

import time
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import numpy as np
from numpy.typing import NDArray

from yesand.affect.head.head import Head
from yesand.training import folder, fused, fused_folder, head_folder
from yesand.training.around import ALONE, Around
from yesand.training.examples import leave_out
from yesand.training.fused import Given
from yesand.training.fused_folder import Trust
from yesand.training.runs import RunRecord
from yesand.training.unlearning.exact import Removed, Told
from yesand.training.unlearning.verification import Audit, Distance, How

Floats = NDArray[np.float64]


@dataclass(frozen=True)
class FusedCourse:
    """Trains as ``fused.train`` does, from the old heads on, and audits before it is registered.

    Attributes
    ----------
    verify : train without the takes from nothing, too, and compare every number and answer.
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
        removed = self.removed
        audit = Audit(How.OPTIMUM, len(removed.takes), removed.performers)

        def anew(partial: Path) -> tuple[Distance, float]:
            began = time.perf_counter()
            with TemporaryDirectory(prefix="yesand-") as scratch:
                whole = Path(scratch) / "anew"
                # Whether the takes still may be used is asked again when the model is entered.
                beside = replace(around, ready=ALONE.ready, still_holds=ALONE.still_holds)
                fused.train(examples, grounds, settings, whole, beside)
                took = time.perf_counter() - began
                left, _ = leave_out(examples, around.copies)
                given, _, _ = fused.told_of(left, settings, beside)
                return apart(_Read.of(partial), _Read.of(whole), given), took

        def told(partial: Path, record: RunRecord) -> None:
            found = audit
            if self.verify:
                distance, took = anew(partial)
                found = replace(audit, distance=distance, retraining_seconds=float(f"{took:.2g}"))
            around.ready(partial, Told(record, removed.as_json(found)))

        start = fused_folder.read(removed.old / folder.WEIGHTS)
        return fused.train(examples, grounds, settings, out, replace(around, ready=told), start)


@dataclass(frozen=True, eq=False)
class _Read:
    """Fused heads as they lie in a folder, without what they hear and see by."""

    heads: tuple[Head, Head]
    trust: Trust

    @classmethod
    def of(cls, where: Path) -> _Read:
        told: Mapping[str, Any] = folder.about(where)
        return cls(fused_folder.read(where / folder.WEIGHTS), Trust.parse(told["trust"]))

    def numbers(self) -> list[Floats]:
        """Return all that was learned."""
        both = [head_folder.numbers(head).values() for head in self.heads]
        trust = np.array([self.trust.voice, self.trust.face, *self.trust.both])
        return [trust, *(array for one in both for array in one)]

    def answers(self, given: Given) -> Floats:
        """Return what is answered about takes, (N, classes)."""
        voice, face = self.heads
        heard = np.ones(len(given.seen), dtype=bool)
        said = voice.logits(given.voice.rows), face.logits(given.face.rows)
        return fused_folder.pooled(*said, (heard, given.seen), self.trust)


def apart(ours: _Read, theirs: _Read, given: Given) -> Distance:
    """Return how far two models of fused heads are apart, asked about takes."""
    pairs = zip(ours.numbers(), theirs.numbers(), strict=True)
    weights = max(float(np.abs(a - b).max()) for a, b in pairs)
    return Distance.between(weights, ours.answers(given), theirs.answers(given))
