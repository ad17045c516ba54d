"""A training run of late fusion: a convex head on voices, one on faces, and how they are pooled.

Both are found by the same folds. How far each is trusted, alone and beside the other, is told by
what they said of performers whom a fold's heads never met (``affect.calibration``; a logarithmic
opinion pool, Heskes 1998). Scores are told by what there was to go by, on the same takes, so that
voice, face and both can be compared.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.special import softmax

from yesand.affect import calibration
from yesand.affect.evaluating import Evaluation, Known, evaluate
from yesand.affect.head import sources
from yesand.affect.head.brought import Brought
from yesand.affect.head.compact import compact, width_for
from yesand.affect.head.described import Described
from yesand.affect.head.head import Head, Learned
from yesand.affect.listening import Source
from yesand.agreements.vocabulary import Modality
from yesand.corpus.errors import Overtaken
from yesand.kernel.errors import BadInput, Refused
from yesand.training import card, folder, fused_folder, heads
from yesand.training.around import ALONE, Around
from yesand.training.examples import Example, leave_out
from yesand.training.fused_folder import Trust
from yesand.training.grounds import Grounds
from yesand.training.heads import HeadSettings, Table
from yesand.training.runs import RunRecord
from yesand.training.seeing import seen_card
from yesand.training.targeting.heard import ACTED
from yesand.training.telling import tell

Floats = NDArray[np.float64]
Bools = NDArray[np.bool_]
VOICE, FACE, BOTH = "voice", "face", "both"
#: In a record and on a card: scores of the takes that show a face, by what was gone by.
NAME = "by_modality"


@dataclass(frozen=True)
class FusedSettings:
    """How both heads are trained.

    Attributes
    ----------
    penalty : of either, as ``HeadSettings``. voice, face : which features they see.
    brought : where what they need lies on this machine; no part of what is told of a run.
    """

    face: Described
    voice: Described = field(default_factory=Described)
    penalty: float = HeadSettings.penalty
    brought: Brought = field(default_factory=Brought, compare=False, repr=False)

    @property
    def senses(self) -> frozenset[Modality]:
        """What of a take it is trained on."""
        return self.voice.senses | self.face.senses

    @property
    def targets(self) -> str:
        """What takes are taught as."""
        return ACTED

    @property
    def heads(self) -> tuple[HeadSettings, HeadSettings]:
        """Return the settings of the head on voices and of the one on faces."""
        voice, face = (
            HeadSettings(self.penalty, described, self.brought)
            for described in (self.voice, self.face)
        )
        return voice, face

    def as_json(self) -> dict[str, Any]:
        """Return plain JSON."""
        parts = {VOICE: self.voice.as_json(), FACE: self.face.as_json()}
        return {"kind": "fused", "penalty": self.penalty, **parts}

    @classmethod
    def parse(cls, told: Mapping[str, Any]) -> FusedSettings:
        """Read them back.

        Raises
        ------
        BadInput : not the settings of fused heads.
        """
        try:
            voice, face = (Described.parse(told[part]) for part in (VOICE, FACE))
            return cls(face, voice, float(told["penalty"]))
        except (KeyError, TypeError, ValueError) as fault:
            raise BadInput(f"Not the settings of fused heads: {fault}") from fault


@dataclass(frozen=True)
class FusedRecord(RunRecord):
    """The same of fused heads.

    Attributes
    ----------
    apart : how far any head is from its optimum at most.
    parts : voice, face, both → scores of the takes that show a face, going by that alone.
    unseen : how many takes showed no face; they are answered by the voice alone.
    """

    settings: Any
    trust: Trust = field(default_factory=Trust)
    apart: float = 0.0
    parts: Mapping[str, Evaluation] = field(default_factory=dict)
    unseen: int = 0

    def as_json(self) -> dict[str, Any]:
        """Return plain JSON; equal runs give equal records."""
        return {
            **super().as_json(),
            "features": f"{self.settings.voice.version}+{self.settings.face.version}",
            "senses": sorted(self.settings.senses),
            "optimum": {"apart": float(f"{self.apart:.1e}")},
            "trust": self.trust.as_json(),
            "without_a_face": self.unseen,
            NAME: {name: one.as_json() for name, one in self.parts.items()},
        }

    def for_outsiders(self, masks: Mapping[str, str]) -> dict[str, Any]:
        """Return the same by pseudonyms."""
        told = super().for_outsiders(masks)
        return {**told, NAME: {n: card.renamed(one, masks) for n, one in told[NAME].items()}}


@dataclass(frozen=True, eq=False)
class Given:
    """Takes as both heads are told of them; ``seen`` (N,) says which show a face."""

    voice: Table
    face: Table
    seen: Bools

    @property
    def folds(self) -> int:
        """How many there are."""
        return int(self.voice.fold.max()) + 1

    def learn(
        self, there: Bools, penalty: float, start: tuple[Head, Head] | None = None
    ) -> tuple[Learned, Learned]:
        """Return both heads of some of the takes, (N,) true for each of them.

        Raises
        ------
        BadInput : of too few feelings a face is seen.
        """
        looked = there & self.seen
        if len(np.unique(self.face.label[looked])) < 2:
            raise BadInput(
                "Faces are seen in takes of fewer than two emotions, once a fold is held out",
                where=f"{int(self.seen.sum())} of {len(self.seen)} takes show a face",
                remedy="Train on the voice alone: --kind head.",
            )
        begin = start or (None, None)
        return (
            self.voice.learn(there, penalty, begin[0]),
            self.face.learn(looked, penalty, begin[1]),
        )

    def said(self, held: Sequence[tuple[Learned, Learned]]) -> Floats:
        """Return what the heads that never met a take's performer say of it, (2, N, classes)."""
        voice = self.voice.unmet([one[0].head for one in held])
        face = self.face.unmet([one[1].head for one in held])
        return np.stack([voice, np.where(self.seen[:, None], face, 0.0)])


@dataclass(frozen=True, eq=False)
class Answers:
    """What is said of takes by heads that never met their performers, and how far it is trusted.

    Attributes
    ----------
    voice : (N, classes). face, both : (takes that show a face, classes).
    """

    voice: Floats
    face: Floats
    both: Floats
    trust: Trust

    @classmethod
    def of(cls, said: Floats, given: Given) -> Answers:
        """Calibrate what both say, each fold's by the other folds' takes."""
        label, fold, seen = given.voice.label, given.voice.fold, given.seen
        voice, alone = calibration.cooled(said[0], label, fold)
        looked = said[:, seen], label[seen], fold[seen]
        face, unheard = calibration.cooled(said[1, seen], *looked[1:])
        weights = calibration.across(*looked, calibration.settled)
        both: Floats = softmax((weights[:, :, None] * looked[0]).sum(axis=0), axis=1)
        one, other = calibration.settled(*looked[:2]).tolist()
        return cls(voice, face, both, Trust(alone, unheard, (one, other)))

    def served(self, seen: Bools) -> Floats:
        """Return what is answered: by both where there is a face, and else by the voice."""
        found = self.voice.copy()
        found[seen] = self.both
        return found


def train(
    examples: Sequence[Example],
    grounds: Grounds,
    settings: FusedSettings,
    out: Path,
    around: Around = ALONE,
    start: tuple[Head, Head] | None = None,
) -> FusedRecord:
    """Train and score both heads and write their folder, as ``heads.train`` does one.

    Parameters
    ----------
    start : where the searches for the optima begin; what is found is the same.

    Raises
    ------
    BadInput, CheckFailed, Overtaken : as ``heads.train``; too few takes show a face.
    Refused : something lies in ``out`` already, or a recorder is given.
    """
    if around.recorder:
        raise Refused("Convex heads are not recorded", where="--record", remedy="Leave it out.")
    examples, aside = leave_out(examples, around.copies)
    folder.refuse_full(out)
    given, voices, labels = told_of(examples, settings, around)
    try:
        *held, final = _all(given, settings, start, around)
    except Overtaken as fault:
        folder.leave(out, grounds.manifest, settings.as_json(), str(fault))
        raise
    answers = Answers.of(given.said(held), given)
    scores, parts = _scored(answers, given, examples, labels, around)
    told = card.card(examples, grounds, scores, len(aside))
    names = card.for_outsiders(sorted(scores.by_performer), grounds.names)
    told = _card(seen_card(told, settings, (), grounds), names, parts, int((~given.seen).sum()))
    fold_of = {e.performer: int(k) for e, k in zip(examples, given.voice.fold, strict=True)}
    record = FusedRecord(
        settings, labels, dict(sorted(fold_of.items())), scores, None, told,
        tuple(around.copies), voices, trust=answers.trust,
        apart=max(one.found.apart for pair in (*held, final) for one in pair), parts=parts,
        unseen=int((~given.seen).sum()),
    )  # fmt: skip
    with folder.whole(out) as partial:
        fused_folder.write(partial / folder.WEIGHTS, final[0].head, final[1].head)
        arrays = _arrays(given, examples, aside, grounds, labels)
        folder.write_arrays(partial / folder.FROZEN, arrays)
        tell(partial, record, grounds, fused_folder.FORMAT)
        around.ready(partial, record)
    return record


def told_of(
    examples: Sequence[Example], settings: FusedSettings, around: Around
) -> tuple[Given, tuple[tuple[str, ...], ...], tuple[str, ...]]:
    """Return takes as both heads are told of them, as ``heads.heard`` does for one.

    Raises
    ------
    BadInput, NotFound, CheckFailed : as for ``heads.heard`` and ``sources.seen_rows``.
    """
    by_voice, by_face = settings.heads
    takes = [Source(e.sha256, e.path) for e in examples]
    cache = around.cache.folder if around.cache else None
    rows, seen = sources.seen_rows(takes, by_face.opened(), cache, around.progress)
    heard, voices, labels = heads.heard(examples, by_voice, around)
    return Given(heard, replace(heard, rows=rows), seen), voices, labels


def _all(
    given: Given, settings: FusedSettings, start: tuple[Head, Head] | None, around: Around
) -> list[tuple[Learned, Learned]]:
    """Find both heads without each fold's performers, and with everybody."""
    fold, found = given.voice.fold, list[tuple[Learned, Learned]]()
    parts = [*(fold != k for k in range(given.folds)), np.ones(len(fold), dtype=bool)]
    for done, there in enumerate(parts):
        around.progress(done, len(parts), "training")
        around.still_holds()
        found.append(given.learn(there, settings.penalty, start))
    around.still_holds()
    around.progress(len(parts), len(parts), "training")
    return found


def _scored(
    answers: Answers,
    given: Given,
    examples: Sequence[Example],
    labels: Sequence[str],
    around: Around,
) -> tuple[Evaluation, dict[str, Evaluation]]:
    """Return the scores of what is answered, and by what was gone by, where there is a face."""
    known = around.known or Known()
    ratings = {BOTH: known, **around.known_alone}

    def one(shares: Floats, there: Bools, what: str) -> Evaluation:
        some = [e for e, here in zip(examples, there.tolist(), strict=True) if here]
        names, fold = [e.sha256 for e in some], [*map(str, given.voice.fold[there])]
        beside = ratings.get(what, Known(known.groups)).of(names, labels, fold)
        performers = [e.performer for e in some]
        return evaluate(shares, given.voice.label[there], performers, labels, beside)

    seen, every = given.seen, np.ones(len(examples), dtype=bool)
    shares = {VOICE: answers.voice[seen], FACE: answers.face, BOTH: answers.both}
    parts = {what: one(told, seen, what) for what, told in shares.items()}
    return one(answers.served(seen), every, BOTH), parts


def _card(
    told: dict[str, Any],
    names: Mapping[str, str],
    parts: Mapping[str, Evaluation],
    unseen: int,
) -> dict[str, Any]:
    """Return the card with the scores by what was gone by."""
    data = {name: one for name, one in told["data"].items() if name != "left_out_without_a_face"}
    by = {name: card.renamed(one.as_json(), names) for name, one in parts.items()}
    return {**told, "data": {**data, "without_a_face": unseen}, NAME: by}


def _arrays(
    given: Given,
    examples: Sequence[Example],
    aside: Sequence[Example],
    grounds: Grounds,
    labels: Sequence[str],
) -> dict[str, NDArray[Any]]:
    masks, fold = grounds.masks, given.voice.fold
    everyone = np.ones(len(fold), dtype=bool)
    seen = [
        _compact(given, there) for there in (*(fold != k for k in range(given.folds)), everyone)
    ]
    return {
        "take": np.array([e.sha256 for e in examples]),
        "performer": np.array([masks.get(e.performer, e.performer) for e in examples]),
        "label": given.voice.label,
        "labels": np.array(labels),
        "duration_ms": np.array([e.duration_ms for e in examples], dtype=np.int64),
        "fold": fold,
        "seen": given.seen,
        "embedding": np.stack(seen[:-1]).astype(np.float32),
        "final_embedding": seen[-1].astype(np.float32),
        "copy": np.array([e.sha256 for e in aside], dtype="U64"),
        "copier": np.array([masks.get(e.performer, e.performer) for e in aside], dtype=str),
    }


def _compact(given: Given, there: Bools) -> Floats:
    """Return takes by both heads' features side by side, nothing where no face is seen."""
    fold, seen = given.voice.fold, given.seen
    least = min(int((fold != k).sum()) for k in range(given.folds))
    fewest = min(int(((fold != k) & seen).sum()) for k in range(given.folds))
    heard = compact(given.voice.rows, there, width_for(least))
    looked = compact(given.face.rows, there & seen, width_for(fewest))
    return np.hstack([heard, np.where(seen[:, None], looked, 0.0)])
