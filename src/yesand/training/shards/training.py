"""A training run of a network of parts: scored by folds as ever, and kept part by part."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from safetensors.torch import load_file, save

from yesand.affect import calibration, listening
from yesand.affect.curves import Curve
from yesand.affect.evaluating import Known, evaluate
from yesand.affect.folds import folds
from yesand.affect.frames import Pack
from yesand.affect.listening import Source
from yesand.affect.sharded import Sharded
from yesand.affect.voice_model import VoiceModel
from yesand.affect.voices import alike
from yesand.corpus.errors import Overtaken
from yesand.kernel.errors import BadInput, Refused
from yesand.training import card, folder
from yesand.training.around import ALONE, Around
from yesand.training.examples import Example, Settings, check, leave_out
from yesand.training.grounds import Grounds
from yesand.training.memory import Room
from yesand.training.resuming.lesson import Unfinished
from yesand.training.runs import RunRecord, check_finite, cores
from yesand.training.shards.parts import Lesson, State, teach
from yesand.training.shards.planning import Plan, name_of, plan
from yesand.training.targeting.heard import ACTED
from yesand.training.telling import tell

#: Every part of every fold, ``<what names its training>.<weight>``: the checkpoints of the run.
PARTS = "parts.safetensors"
Curves = dict[str, Curve]


@dataclass(frozen=True)
class ShardSettings(Settings):
    """How to train, and in how many parts."""

    shards: int = 4

    def as_json(self) -> dict[str, Any]:
        """Return plain JSON."""
        return {**super().as_json(), "kind": "shards", "shards": self.shards}

    @classmethod
    def parse(cls, told: Mapping[str, Any]) -> ShardSettings:
        """Read them back.

        Raises
        ------
        BadInput : not the settings of a network of parts.
        """
        plain = Settings.parse(told)
        try:
            shards = int(told["shards"])
            return cls(plain.recipe, plain.shape, shards, targets=plain.targets)
        except (KeyError, TypeError, ValueError) as fault:
            raise BadInput(f"Not the settings of a network of parts: {fault}") from fault


@dataclass(frozen=True)
class ShardRecord(RunRecord):
    """The same of a network of parts, with what one withdrawal will cost at most."""

    cost: float = 1.0

    def as_json(self) -> dict[str, Any]:
        """Return plain JSON; equal runs give equal records."""
        return {**super().as_json(), "one_withdrawal_costs": round(self.cost, 4)}


@dataclass(frozen=True, eq=False)
class Before:
    """An earlier run to go on from: where each take was, and the parts that were trained."""

    places: Mapping[str, tuple[int, int]]
    folds: int
    known: Mapping[str, State]

    @classmethod
    def read(cls, where: Path, *, reuse: bool = True) -> Before:
        """Read it from its folder.

        Parameters
        ----------
        reuse : without it only the plan is taken over, and every part trained from its start.
        """
        with np.load(where / folder.FROZEN, allow_pickle=False) as frozen:
            took = (frozen["take"].tolist(), frozen["fold"].tolist(), frozen["part"].tolist())
            count = len(frozen["embedding"])
        known = dict[str, State]()
        for name, value in (load_file(where / PARTS) if reuse else {}).items():
            part, _, weight = name.partition(".")
            known.setdefault(part, {})[weight] = value
        places = {take: (fold, part) for take, fold, part in zip(*took, strict=True)}
        return cls(places, count, known)

    def plan(self, takes: Sequence[str], parts: int) -> Plan:
        """Return the same plan for those takes that are left.

        Raises
        ------
        Refused : a take was not in it, or a part has nobody left.
        """
        if new := [take for take in takes if take not in self.places]:
            raise Refused(
                f"{len(new)} takes were in no part before",
                where="shards",
                remedy="Train a new model: yesand train --shards.",
            )
        where = np.array([self.places[take] for take in takes], dtype=np.int64)
        return Plan(where[:, 0], where[:, 1], self.folds, parts).checked()


def train(
    examples: Sequence[Example],
    grounds: Grounds,
    settings: ShardSettings,
    out: Path,
    around: Around = ALONE,
    before: Before | None = None,
) -> ShardRecord:
    """Train and score a network of parts and write its folder, as ``runs.train`` does.

    Parameters
    ----------
    before : an earlier run whose plan holds on. Parts whose takes are what they were are taken
        over; the folder is, to the byte, what training all of them from their start would give.

    Raises
    ------
    BadInput, CheckFailed, Overtaken : as ``runs.train``. Refused : something lies in ``out``, a
        recorder is given, or a part has nobody left.
    """
    if around.recorder:
        raise Refused(
            "A network of parts is not recorded", where="--record", remedy="Leave it out."
        )
    if settings.targets != ACTED:
        # What is heard in one take is weighed by all the others: no part would be left alone.
        raise Refused(
            "A network of parts is taught what was acted",
            where="--targets",
            remedy="Leave out --shards, or --targets.",
        )
    examples, aside = leave_out(examples, around.copies)
    labels = check(examples)
    folder.refuse_full(out)
    told = before.plan([e.sha256 for e in examples], settings.shards) if before else None
    sources = [Source(e.sha256, e.path) for e in examples]
    sounds = listening.extract(sources, around.cache, around.progress, around.workers)
    voices = _voices(examples, sounds) if told is None else ()
    chosen = told or _planned(examples, voices, settings.shards)
    performers = [e.performer for e in examples]
    pack = Pack.of(sounds, performers)
    room, kept = Room(cores(), around.say), Unfinished(around, examples, grounds.manifest, out)

    def taught(how: ShardSettings, side: int) -> tuple[Lesson, dict[str, VoiceModel], Curves]:
        lesson = _lesson(examples, labels, pack, how, chosen)
        about = {"labels": labels, "names": sorted(lesson.names.values())}
        # Parts that were taught by larger batches are none of a run by smaller ones.
        known = before.known if before and how.recipe == settings.recipe else {}
        return lesson, *teach(lesson, known, around, side, kept.course(how, about))

    try:
        around.still_holds()  # before anything that was learned of takes is read again
        (lesson, parts, curves), settings = room.train(settings, taught)
    except Overtaken as fault:
        kept.forget()
        folder.leave(out, grounds.manifest, settings.as_json(), str(fault))
        raise
    check_finite(parts.values(), kept.forget)
    made = _Made(lesson, parts, room)
    made.calibrate()
    named, fold = [e.sha256 for e in examples], [*map(str, chosen.fold)]
    beside = (around.known or Known()).of(named, labels, fold)
    scores = evaluate(made.unmet(), lesson.label.numpy(), performers, labels, beside)
    handles = {p: int(k) for p, k in zip(performers, chosen.fold, strict=True)}
    facts = card.card(examples, grounds, scores, len(aside))
    if before is None:  # parts that are taken over would have none
        facts["curves"] = _curves(lesson, curves)
    alone = tuple(one for one in voices if len({handles[who] for who in one}) == 1)
    handles = dict(sorted(handles.items()))
    record = ShardRecord(
        settings, labels, handles, scores, None, facts, tuple(around.copies), alone, room.notes,
        chosen.most(),
    )  # fmt: skip
    with folder.whole(out) as partial:
        folder.write_weights(partial / folder.WEIGHTS, made.final)
        (partial / PARTS).write_bytes(_saved(parts))
        folder.write_arrays(
            partial / folder.FROZEN, _arrays(made, examples, aside, grounds, labels)
        )
        tell(partial, record, grounds, folder.SHARDED)
        around.ready(partial, record)
    kept.forget()
    return record


def _voices(
    examples: Sequence[Example], sounds: Sequence[listening.Heard]
) -> tuple[tuple[str, ...], ...]:
    emotions = np.unique([e.emotion for e in examples], return_inverse=True)[1]
    return alike([sound.mel for sound in sounds], [e.performer for e in examples], emotions)


def _planned(examples: Sequence[Example], voices: tuple[tuple[str, ...], ...], parts: int) -> Plan:
    performers = [e.performer for e in examples]
    return plan(performers, folds(performers, voices), parts)


def _lesson(
    examples: Sequence[Example],
    labels: Sequence[str],
    pack: Pack,
    settings: ShardSettings,
    chosen: Plan,
) -> Lesson:
    takes, acted = [e.sha256 for e in examples], [e.emotion for e in examples]
    names = dict[tuple[int, int], str]()
    for k in range(chosen.folds + 1):
        for s in range(chosen.parts):
            there = chosen.taught(k, s)
            names[k, s] = name_of([takes[n] for n in there], [acted[n] for n in there], labels)
    label = torch.tensor([labels.index(one) for one in acted])
    return Lesson(pack, label, len(labels), settings.recipe, settings.shape, chosen, names)


@dataclass(frozen=True, eq=False)
class _Made:
    """What a run made: the parts by name, and what they were taught from."""

    lesson: Lesson
    parts: Mapping[str, VoiceModel]
    room: Room

    def of(self, k: int) -> Sharded:
        """Return the network that never met fold ``k``'s performers."""
        names, count = self.lesson.names, self.lesson.plan.parts
        return Sharded([self.parts[names[k, s]] for s in range(count)])

    @cached_property
    def final(self) -> Sharded:
        """The network of all takes."""
        return self.of(self.lesson.plan.folds)

    @cached_property
    def held(self) -> list[Sharded]:
        """Each fold's network."""
        return [self.of(k) for k in range(self.lesson.plan.folds)]

    @cached_property
    def embedding(self) -> torch.Tensor:
        """All takes as each fold's network sees them, (folds, N, parts · d)."""
        return torch.stack([self.room.embed(model, self.lesson.pack) for model in self.held])

    def calibrate(self) -> None:
        """Say how far all the parts together are trusted; each fold's by the other folds alone."""
        fold, label = self.lesson.plan.fold, self.lesson.label.numpy()
        said = self._unmet(torch.stack([m.said(e) for m, e in self._asked()]))[None]
        (self.final.trust,) = calibration.trust(said, label).tolist()
        (told,) = calibration.across(said, label, fold).tolist()
        for k, model in enumerate(self.held):
            here = np.flatnonzero(fold == k)
            # Of a fold whose performers have all withdrawn nobody is asked.
            model.trust = told[here[0]] if len(here) else self.final.trust

    def unmet(self) -> NDArray[np.float64]:
        """Return each take's probabilities by the network that never met its performer."""
        return self._unmet(torch.stack([m.probability(e) for m, e in self._asked()]))

    def _asked(self) -> Iterator[tuple[Sharded, torch.Tensor]]:
        return zip(self.held, self.embedding, strict=True)

    def _unmet(self, told: torch.Tensor) -> NDArray[np.float64]:
        """Return of what each fold's network tells, (folds, N, classes), what it never met."""
        fold = self.lesson.plan.fold
        found = told[torch.from_numpy(fold), torch.arange(len(fold))]
        made: NDArray[np.float64] = found.double().numpy()
        return made


def _arrays(
    made: _Made,
    examples: Sequence[Example],
    aside: Sequence[Example],
    grounds: Grounds,
    labels: Sequence[str],
) -> dict[str, NDArray[Any]]:
    masks, chosen = grounds.masks, made.lesson.plan
    return {
        "take": np.array([e.sha256 for e in examples]),
        "performer": np.array([masks.get(e.performer, e.performer) for e in examples]),
        "label": made.lesson.label.numpy(),
        "labels": np.array(labels),
        "duration_ms": np.array([e.duration_ms for e in examples], dtype=np.int64),
        "fold": chosen.fold,
        "part": chosen.part,
        "embedding": made.embedding.numpy(),
        "final_embedding": made.room.embed(made.final, made.lesson.pack).numpy(),
        "head": torch.stack([model.last_layer() for model in made.held]).numpy(),
        "copy": np.array([e.sha256 for e in aside], dtype="U64"),
        "copier": np.array([masks.get(e.performer, e.performer) for e in aside], dtype=str),
    }


def _saved(parts: Mapping[str, VoiceModel]) -> bytes:
    return save(
        {
            f"{name}.{weight}": value.contiguous()
            for name, part in sorted(parts.items())
            for weight, value in part.state_dict().items()
        }
    )


def _curves(lesson: Lesson, curves: Curves) -> dict[str, Any]:
    """Return how each part's training went, by the fold that its network never meets."""
    told = dict[str, dict[str, Any]]()
    for (k, s), name in sorted(lesson.names.items()):
        where = "final" if k == lesson.plan.folds else str(k)
        told.setdefault(where, {})[str(s)] = curves[name].as_json()
    return {"parts": told}
