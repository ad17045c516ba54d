"""Takes undone in a convex head: its optimum without them, and the proof beside it.

The head has one optimum for any takes, wherever the search begins. Begun from the old head it is
near, and no take that went is looked at. Scale and class weights are computed again from what is
left, because they were learned too.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from yesand.affect import listening
from yesand.affect.head import sources
from yesand.affect.head.head import Head, Learned, learn
from yesand.affect.head.scaling import Scale
from yesand.affect.listening import Source
from yesand.kernel.errors import BadInput, CheckFailed
from yesand.takes.copies.finding import Copy
from yesand.training import folder, head_folder, heads
from yesand.training.around import ALONE, Around
from yesand.training.examples import Example, check, leave_out
from yesand.training.grounds import Grounds
from yesand.training.heads import HeadSettings
from yesand.training.runs import RunRecord
from yesand.training.targeting.heard import targets
from yesand.training.unlearning.membership import Attack, Round, attack, losses
from yesand.training.unlearning.verification import Audit, Distance, How

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
Bools = NDArray[np.bool_]


@dataclass(frozen=True)
class Removed:
    """Which model, and what went out of it.

    Attributes
    ----------
    old : the folder of the model that had learned from them.
    takes : the takes that went. performers : how many people they are of.
    name, digest : what the old model is registered as.
    copies : takes that stay, and that it did not learn from as copies of others. They are left out
        again, above all where those others go.
    """

    old: Path
    takes: tuple[Example, ...]
    performers: int
    name: str
    digest: str
    copies: tuple[Copy, ...] = ()

    def as_json(self, audit: Audit) -> dict[str, Any]:
        """Return what a run says of the removal; it names nobody."""
        return {"from": self.digest, "from_name": self.name, **audit.as_json()}


@dataclass(frozen=True)
class Told:
    """A run's record with what was found out about the removal."""

    record: RunRecord
    unlearning: dict[str, Any]

    def as_json(self) -> dict[str, Any]:
        """Return plain JSON."""
        return {**self.record.as_json(), "unlearning": self.unlearning}


@dataclass(frozen=True)
class HeadCourse:
    """Trains as ``heads.train`` does, from the old head on, and audits before it is registered.

    Attributes
    ----------
    verify : train without the takes from nothing, too, and compare.
    ask : make the membership attack; it reads the takes that went once more.
    """

    removed: Removed
    verify: bool = True
    ask: bool = True

    def __call__(
        self,
        examples: Sequence[Example],
        grounds: Grounds,
        settings: HeadSettings,
        out: Path,
        around: Around = ALONE,
    ) -> RunRecord:
        """Write the new folder, whole or not at all."""
        old = head_folder.read(self.removed.old / folder.WEIGHTS)
        kept, _ = leave_out(examples, around.copies)

        def told(partial: Path, record: RunRecord) -> None:
            audit = self._audit(partial, old, kept, settings, around.cache)
            around.ready(partial, Told(record, self.removed.as_json(audit)))

        beside = replace(around, ready=told)
        return heads.train(examples, grounds, settings, out, beside, start=old)

    def _audit(
        self,
        partial: Path,
        old: Head,
        kept: Sequence[Example],
        settings: HeadSettings,
        cache: listening.Kept | None,
    ) -> Audit:
        rows, target, _ = _read(kept, check(kept), settings, cache)
        made, seconds = timed(lambda: learn(rows, target, settings.penalty, old))
        written = head_folder.read(partial / folder.WEIGHTS)
        if (made.head.weights != written.weights).any():
            raise CheckFailed("The same search came out otherwise", where=str(partial))
        audit = Audit(
            How.OPTIMUM, len(self.removed.takes), self.removed.performers, seconds=_short(seconds)
        )
        if self.verify:
            anew, whole = timed(lambda: learn(rows, target, settings.penalty))
            distance = apart(written, anew.head, rows)
            audit = replace(audit, distance=distance, retraining_seconds=_short(whole))
        if self.ask:
            before, after, retrained = self._attacks(kept, settings, cache, again=self.verify)
            audit = replace(audit, before=before, after=after, retrained=retrained)
        return audit

    def _attacks(
        self,
        kept: Sequence[Example],
        settings: HeadSettings,
        cache: listening.Kept | None,
        *,
        again: bool,
    ) -> tuple[Attack | None, Attack | None, Attack | None]:
        """Ask the old folds' heads, and the same without the takes, whether they know them."""
        frozen = read_frozen(self.removed.old)
        fold_of = dict(zip(frozen["take"].tolist(), frozen["fold"].tolist(), strict=True))
        known = [e for e in (*kept, *self.removed.takes) if e.sha256 in fold_of]
        try:
            rows, target, label = _read(known, frozen["labels"].tolist(), settings, cache)
        except BadInput:  # their sound is deleted already: as it should be
            return None, None, None
        fold = np.array([fold_of[e.sha256] for e in known], dtype=np.int64)
        gone = np.arange(len(known)) >= len(known) - sum(
            e.sha256 in fold_of for e in self.removed.takes
        )
        asking = _Asking(rows, target, label, fold, gone, settings.penalty)
        olds = heads_of(frozen)
        news = [asking.without(k, start=old) for k, old in enumerate(olds)]
        anew = [asking.without(k) for k in range(len(olds))] if again else []
        return asking.attack(olds), asking.attack(news), asking.attack(anew)


@dataclass(frozen=True, eq=False)
class _Asking:
    """Takes of old, in the folds that they were held out in; ``gone`` (N,) are those that went."""

    rows: Floats
    target: Floats
    label: Ints
    fold: Ints
    gone: Bools
    penalty: float

    def without(self, k: int, start: Head | None = None) -> Head:
        """Return fold k's head without the takes that went."""
        there = (self.fold != k) & ~self.gone
        return learn(self.rows[there], self.target[there], self.penalty, start).head

    def attack(self, asked: Sequence[Head]) -> Attack | None:
        """Tell members that went from voices that the fold's head never met."""
        rounds = []
        for k, head in enumerate(asked):
            loss = losses(head.probability(self.rows), self.label)
            held = self.fold == k
            rounds.append(Round.of(loss, self.gone & ~held, ~self.gone & held))
        return attack(rounds)


def apart(ours: Head, theirs: Head, rows: Floats) -> Distance:
    """Return how far two heads are apart, asked about features (N, d)."""
    pairs = (
        (ours.weights, theirs.weights),
        (ours.scale.mean, theirs.scale.mean),
        (ours.scale.deviation, theirs.scale.deviation),
    )
    weights = max(float(np.abs(a - b).max()) for a, b in pairs)
    return Distance.between(weights, ours.probability(rows), theirs.probability(rows))


def read_frozen(where: Path) -> dict[str, NDArray[Any]]:
    """Return what a model's folder keeps of its training."""
    with np.load(where / folder.FROZEN, allow_pickle=False) as arrays:
        return {name: arrays[name] for name in arrays.files}


def heads_of(frozen: dict[str, NDArray[Any]]) -> list[Head]:
    """Return the head of each fold."""
    parts = (frozen["head_mean"], frozen["head_deviation"], frozen["head_weights"])
    return [Head(Scale(mean, deviation), w) for mean, deviation, w in zip(*parts, strict=True)]


def timed(work: Callable[[], Learned]) -> tuple[Learned, float]:
    """Return what came of it and how long it took (s)."""
    began = time.perf_counter()
    return work(), time.perf_counter() - began


def _short(seconds: float) -> float:
    return float(f"{seconds:.2g}")


def _read(
    takes: Sequence[Example],
    labels: Sequence[str],
    settings: HeadSettings,
    cache: listening.Kept | None,
) -> tuple[Floats, Floats, Ints]:
    """Return features (N, d), targets (N, classes) and what was acted (N,).

    Raises
    ------
    BadInput : some cannot be read.
    """
    known = sources.source(settings.features)
    given = [Source(e.sha256, e.path) for e in takes]
    rows = sources.rows(given, known, cache.folder if cache else None)
    order = {name: n for n, name in enumerate(labels)}
    return rows, targets(takes, labels), np.array([order[e.emotion] for e in takes])
