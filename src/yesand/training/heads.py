"""A training run of the convex head: by folds for an honest score, and one of all takes to keep.

It is what ``runs`` is for the network, with the same record, card and ``frozen.npz``.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from yesand.affect import calibration, listening
from yesand.affect.adapter import Adapter
from yesand.affect.evaluating import Beside, Known, evaluate
from yesand.affect.evaluating.heard import heard as beside_people
from yesand.affect.folds import folds
from yesand.affect.head import sources
from yesand.affect.head.brought import Brought
from yesand.affect.head.compact import compact, width_for
from yesand.affect.head.described import PROSODY, Described
from yesand.affect.head.head import Head, Learned, learn
from yesand.affect.listening import Source
from yesand.affect.voices import alike
from yesand.agreements.vocabulary import Modality
from yesand.corpus.errors import Overtaken
from yesand.kernel.errors import BadInput, Refused
from yesand.training import card, folder, head_folder, made
from yesand.training.around import ALONE, Around
from yesand.training.examples import VOICE, Example, check, leave_out
from yesand.training.grounds import Grounds
from yesand.training.made import NEVER, MadeTake, into
from yesand.training.runs import RunRecord
from yesand.training.seeing import seen_card, unseen_arrays
from yesand.training.targeting.heard import ACTED, HEARD, checked, summary, targets
from yesand.training.telling import tell

Ints = NDArray[np.int64]
Floats = NDArray[np.float64]


@dataclass(frozen=True)
class HeadSettings:
    """How a head is trained; nothing in it is left to chance.

    Attributes
    ----------
    penalty : L2, by take and feature (``affect.head.head.learn``).
    described : which features it sees. targets : what takes are taught as.
    brought : where what they need lies on this machine; no part of what is told of a run.
    """

    penalty: float = 6e-4
    described: Described = field(default_factory=Described)
    brought: Brought = field(default_factory=Brought, compare=False, repr=False)
    targets: str = field(default=ACTED, kw_only=True)

    @property
    def features(self) -> str:
        """Name the features that it sees."""
        return self.described.version

    @property
    def senses(self) -> frozenset[Modality]:
        """What of a take it is trained on."""
        return self.described.senses

    def opened(self) -> sources.Features:
        """Return the features themselves."""
        return sources.opened(self.described, self.brought)

    def as_json(self) -> dict[str, Any]:
        """Return plain JSON."""
        told = {"kind": "head", "penalty": self.penalty, **self.described.as_json()}
        return told if self.targets == ACTED else {**told, "targets": self.targets}

    @classmethod
    def parse(cls, told: dict[str, Any]) -> HeadSettings:
        """Read them back.

        Raises
        ------
        BadInput : not a head's settings.
        """
        try:
            targets = checked(told.get("targets", ACTED))
            return cls(float(told["penalty"]), Described.parse(told), targets=targets)
        except (KeyError, TypeError, ValueError) as fault:
            raise BadInput(f"Not the settings of a convex head: {fault}") from fault


@dataclass(frozen=True)
class HeadRecord(RunRecord):
    """The same for a head: how near each model is to its optimum, and how sure it may be.

    Attributes
    ----------
    trust : one over the temperature, by takes of performers whom a fold's head never met. It is no
        part of the optimum, and found anew whenever takes are taken out.
    unseen : takes that were left out because they show no face.
    """

    settings: Any
    apart: float = 0.0
    trust: float = 1.0
    unseen: tuple[str, ...] = ()

    def as_json(self) -> dict[str, Any]:
        """Return plain JSON; equal runs give equal records."""
        optimum = {"apart": float(f"{self.apart:.1e}")}
        own = {"features": self.settings.features, "optimum": optimum, "trust": self.trust}
        if self.settings.senses != VOICE:
            own["senses"] = sorted(self.settings.senses)
            own["left_out_without_a_face"] = list(self.unseen)
        return {**super().as_json(), **own}


@dataclass(frozen=True, eq=False)
class Table:
    """Takes as a head sees them: features (N, d), labels (N,), and in which fold they are asked.

    Attributes
    ----------
    soft : (N, classes) what they are taught as, if that is not what was acted.
    made_into : (folds, the last rows) in which folds synthetic takes teach; they are asked in none.
    """

    rows: Floats
    label: Ints
    classes: int
    fold: Ints
    soft: Floats | None = None
    made_into: NDArray[np.bool_] | None = None

    @property
    def parts(self) -> list[NDArray[np.bool_]]:
        """Return which takes teach each fold's model, (N,) each, and last who teach the final."""
        whole = np.ones(len(self.fold), dtype=bool)
        found = [self.fold != k for k in range(int(self.fold.max()) + 1)]
        if self.made_into is not None:
            for there, made_there in zip(found, self.made_into, strict=True):
                there[self.fold == NEVER] = made_there
        return [*found, whole]

    @property
    def performed(self) -> Table:
        """Return it without synthetic takes: what may be asked about."""
        there = self.fold != NEVER
        soft = None if self.soft is None else self.soft[there]
        return Table(self.rows[there], self.label[there], self.classes, self.fold[there], soft)

    @property
    def target(self) -> Floats:
        """Return (N, classes) what they are taught as; of what was acted, a 1 where it is."""
        return np.eye(self.classes)[self.label] if self.soft is None else self.soft

    def learn(self, there: NDArray[np.bool_], penalty: float, start: Head | None = None) -> Learned:
        """Return the head of some of the takes, (N,) true for each of them."""
        return learn(self.rows[there], self.target[there], penalty, start)

    def unmet(self, held: Sequence[Head | Adapter]) -> Floats:
        """Return each take's logits, (N, classes), by its fold's model, which never met it."""
        said = np.empty((len(self.rows), self.classes))
        for k, head in enumerate(held):
            asked = self.fold == k
            said[asked] = head.logits(self.rows[asked])
        return said


def train(
    examples: Sequence[Example],
    grounds: Grounds,
    settings: HeadSettings,
    out: Path,
    around: Around = ALONE,
    start: Head | None = None,
) -> HeadRecord:
    """Train and score a head and write its folder, whole or not at all, as ``runs.train`` does.

    Parameters
    ----------
    start : where the search for the optimum begins; what is found is the same.

    Raises
    ------
    BadInput : examples that no model can be scored on, or recordings that cannot be read.
    Refused : something lies in ``out`` already, or a recorder is given.
    CheckFailed : no optimum was found. Overtaken : a take may no longer be used.
    """
    if around.recorder:
        raise Refused(
            "A convex head is found, not trained step by step: there is no course to record",
            where="--record",
            remedy="Leave it out; yesand reliance measures a head without it.",
        )
    examples, aside = leave_out(examples, around.copies)
    folder.refuse_full(out)
    examples, unseen = apart_unseen(examples, settings, around)
    if settings.targets == HEARD:
        summary(examples)  # says at once if nobody heard enough
    asked, voices, labels = heard(examples, settings, around)
    table = _with_made(asked, examples, settings, around)
    try:
        *held, final = _heads(table, settings, start, around)
    except Overtaken as fault:
        folder.leave(out, grounds.manifest, settings.as_json(), str(fault))
        raise
    said = asked.unmet([one.head for one in held])
    unmet, trust = calibration.cooled(said, asked.label, asked.fold)
    performers = [e.performer for e in examples]
    named, fold = [e.sha256 for e in examples], [*map(str, asked.fold)]
    beside = (around.known or Known()).of(named, labels, fold)
    scores = evaluate(unmet, asked.label, performers, labels, beside)
    fold_of = {p: int(k) for p, k in zip(performers, asked.fold, strict=True)}
    told = card.card(examples, grounds, scores, len(aside))
    told = seen_card(told, settings, unseen, grounds)
    if table.made_into is not None:
        lasted = sum(e.duration_ms for e in examples)
        told["data"]["synthetic"] = made.told(around.added, table.made_into, lasted)
    if settings.targets == HEARD:
        told["targets"] = summary(examples) | _taught_acted(asked, settings, beside)
    apart = max(one.found.apart for one in (*held, final))
    handles = dict(sorted(fold_of.items()))
    without = tuple(e.sha256 for e in unseen)
    record = HeadRecord(
        settings, labels, handles, scores, None, told, tuple(around.copies), voices,
        apart=apart, trust=trust, unseen=without,
    )  # fmt: skip
    arrays = _arrays(held, examples, aside, grounds, table, labels, around.added.takes)
    if settings.targets == HEARD:
        arrays["target"] = asked.target
    if settings.senses != VOICE:
        arrays |= unseen_arrays(unseen, grounds)
    with folder.whole(out) as partial:
        head_folder.write(partial / folder.WEIGHTS, final.head)
        folder.write_arrays(partial / folder.FROZEN, arrays)
        tell(partial, record, grounds, head_folder.FORMAT)
        around.ready(partial, record)
    return record


def apart_unseen(
    examples: Sequence[Example], settings: HeadSettings, around: Around
) -> tuple[list[Example], list[Example]]:
    """Return the examples that show what is looked at, and those that do not.

    Raises
    ------
    BadInput : some cannot be read. NotFound, CheckFailed : what has to be brought is not here.
    """
    if settings.senses == VOICE:
        return list(examples), []
    takes = [Source(e.sha256, e.path) for e in examples]
    cache = around.cache.folder if around.cache else None
    seen = sources.seen_rows(takes, settings.opened(), cache, around.progress)[1].tolist()
    pairs = list(zip(examples, seen, strict=True))
    return [e for e, there in pairs if there], [e for e, there in pairs if not there]


def heard(
    examples: Sequence[Example],
    settings: HeadSettings,
    around: Around = ALONE,
) -> tuple[Table, tuple[tuple[str, ...], ...], tuple[str, ...]]:
    """Return examples as a table, with the groups who sound like one voice, and the labels.

    Raises
    ------
    BadInput : examples that no model can be scored on, or recordings that cannot be read.
    """
    labels, performers = check(examples), [e.performer for e in examples]
    label = np.array([labels.index(e.emotion) for e in examples], dtype=np.int64)
    soft = targets(examples, labels) if settings.targets == HEARD else None
    folds(performers)  # says at once if there are too few
    takes = [Source(e.sha256, e.path) for e in examples]
    rows, sounds = _rows(takes, settings, around)
    voices = alike([sound.mel for sound in sounds], performers, label)
    fold = folds(performers, voices)
    handles = dict(zip(performers, fold.tolist(), strict=True))
    # Where all sound alike, they could not be held out together.
    voices = tuple(group for group in voices if len({handles[who] for who in group}) == 1)
    return Table(rows, label, len(labels), fold, soft), voices, labels


def _with_made(
    asked: Table, examples: Sequence[Example], settings: HeadSettings, around: Around
) -> Table:
    """Return a table with the synthetic takes as its last rows, if any are taught."""
    takes = around.added.takes
    if not takes:
        return asked
    labels, held = (
        check(examples),
        {e.performer: int(k) for e, k in zip(examples, asked.fold, strict=True)},
    )
    # What is heard of them stays in no cache: an erased performer's would outlast them there.
    alone = replace(around, cache=None)
    rows = _rows([Source(t.sha256, t.path) for t in takes], settings, alone)[0]
    return Table(
        np.concatenate([asked.rows, rows]),
        np.concatenate([asked.label, [labels.index(t.emotion) for t in takes]]).astype(np.int64),
        asked.classes,
        np.concatenate([asked.fold, np.full(len(takes), NEVER)]),
        made_into=into(takes, held, int(asked.fold.max()) + 1),
    )


def _rows(
    takes: Sequence[Source], settings: HeadSettings, around: Around
) -> tuple[Floats, Sequence[listening.Heard]]:
    """Return takes as the head sees them, and what was heard of them."""
    sounds = listening.extract(takes, around.cache, around.progress, around.workers)
    if settings.described.source == PROSODY:
        return np.stack([sound.prosody for sound in sounds]).astype(np.float64), sounds
    cache = around.cache.folder if around.cache else None
    told = (cache, around.progress, around.workers)
    return sources.rows(takes, settings.opened(), *told), sounds


def _heads(
    table: Table,
    settings: HeadSettings,
    start: Head | None,
    around: Around,
) -> list[Learned]:
    """Find one head without each fold's performers, and one with everybody."""
    parts, found = table.parts, list[Learned]()
    for done, there in enumerate(parts):
        around.progress(done, len(parts), "training")
        around.still_holds()
        found.append(table.learn(there, settings.penalty, start))
    around.still_holds()
    around.progress(len(parts), len(parts), "training")
    return found


def _taught_acted(table: Table, settings: HeadSettings, beside: Beside) -> dict[str, Any]:
    """Return how near to raters the same heads are if they are taught what was acted.

    Each take is asked of the head that never met its performer, as in the scores.
    """
    if beside.votes is None:
        return {}
    acted = replace(table, soft=None)
    folds_ = range(int(table.fold.max()) + 1)
    held = [acted.learn(table.fold != k, settings.penalty).head for k in folds_]
    said, _ = calibration.cooled(acted.unmet(held), table.label, table.fold)
    found = beside_people(said, beside.votes)
    return {"taught_acted": found.as_json()} if found else {}


def _arrays(
    held: Sequence[Learned],
    examples: Sequence[Example],
    aside: Sequence[Example],
    grounds: Grounds,
    table: Table,
    labels: Sequence[str],
    added: Sequence[MadeTake],
) -> dict[str, NDArray[Any]]:
    masks, many = grounds.masks, len(examples)
    width = width_for(min(int(there.sum()) for there in table.parts[:-1]))
    seen = np.stack([compact(table.rows, there, width) for there in table.parts])
    seen = seen.astype(np.float32)
    apart = seen[:-1, many:], seen[-1, many:]
    beside = table.made_into if table.made_into is not None else np.ones((0, 0), dtype=bool)
    return {
        "take": np.array([e.sha256 for e in examples]),
        "performer": np.array([masks.get(e.performer, e.performer) for e in examples]),
        "label": table.label[:many],
        "labels": np.array(labels),
        "duration_ms": np.array([e.duration_ms for e in examples], dtype=np.int64),
        "fold": table.fold[:many],
        "embedding": seen[:-1, :many],
        "final_embedding": seen[-1, :many],
        # The folds' own heads, so that they can be asked again whether they know a take.
        "head_weights": np.stack([one.head.weights for one in held]),
        "head_mean": np.stack([one.head.scale.mean for one in held]),
        "head_deviation": np.stack([one.head.scale.deviation for one in held]),
        "copy": np.array([e.sha256 for e in aside], dtype="U64"),
        "copier": np.array([masks.get(e.performer, e.performer) for e in aside], dtype=str),
        **made.arrays(added, labels, beside, masks, apart),
    }
