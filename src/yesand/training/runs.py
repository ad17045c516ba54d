"""A training run: one model a fold for an honest score, and one of all takes to keep."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray

from yesand.affect import listening
from yesand.affect.evaluating import Evaluation, Known
from yesand.affect.folds import folds
from yesand.affect.frames import Pack
from yesand.affect.learning import fit
from yesand.affect.voice_model import VoiceModel
from yesand.affect.voices import alike
from yesand.corpus.errors import Overtaken
from yesand.kernel.errors import CheckFailed, Refused
from yesand.takes.copies.finding import Copy
from yesand.training import card, dimensional, folder, recording, scoring
from yesand.training.around import ALONE, Around
from yesand.training.dimensional import Heard, Reading
from yesand.training.dimensional_record import NAME, renamed
from yesand.training.examples import Example, Settings, check, leave_out, versions
from yesand.training.following import Work, follow
from yesand.training.grounds import Grounds
from yesand.training.memory import Room
from yesand.training.resuming.lesson import Lesson, Unfinished
from yesand.training.targeting.heard import HEARD, summary, targets
from yesand.training.telling import tell

Ints = NDArray[np.int64]
#: The smallest probability that is told; its logarithm is finite.
_LEAST = 1e-12


@dataclass(frozen=True)
class RunRecord:
    """What was trained, how, and how well it does on voices that it never met."""

    settings: Settings
    labels: tuple[str, ...]
    held_out: dict[str, int]
    scores: Evaluation
    enrolled: scoring.Enrolled | None
    card: dict[str, Any]
    copies: tuple[Copy, ...] = ()
    #: Performers who sound like one voice, and so were held out together.
    alike: tuple[tuple[str, ...], ...] = ()
    #: What was made smaller as memory lacked (``memory.Room``).
    memory: dict[str, int] = field(default_factory=dict)
    #: Valence, arousal and dominance; none: nobody asked for them.
    read: Reading | None = field(default=None, kw_only=True)

    def as_json(self) -> dict[str, Any]:
        """Return plain JSON; equal runs give equal records."""
        data = self.card["data"]
        return {
            "settings": self.settings.as_json(),
            "labels": list(self.labels),
            "features": listening.VERSION,
            "versions": versions(),
            "held_out": self.held_out,
            "sound_alike": [list(group) for group in self.alike],
            "left_out_as_copies": [copy.as_json() for copy in self.copies],
            "scores": self.scores.as_json(),
            "enrolled": self.enrolled.as_json() if self.enrolled else None,
            **({"curves": self.card["curves"]} if "curves" in self.card else {}),
            **({"targets": self.card["targets"]} if "targets" in self.card else {}),
            **({"synthetic": data["synthetic"]} if "synthetic" in data else {}),
            **({"memory": self.memory} if self.memory else {}),
            **({NAME: self.read.as_json()} if self.read else {}),
        }

    def for_outsiders(self, masks: Mapping[str, str]) -> dict[str, Any]:
        """Return the same by pseudonyms, as it lies in a folder that leaves the house."""
        told = self.as_json()
        held = {masks.get(who, who): fold for who, fold in self.held_out.items()}
        groups = [[masks.get(who, who) for who in group] for group in self.alike]
        scores = card.renamed(told["scores"], masks)
        enrolled = told["enrolled"] and card.renamed(told["enrolled"], masks)
        read = told.get(NAME)
        return {
            **told,
            **({NAME: renamed(read, masks)} if read else {}),
            "held_out": held,
            "sound_alike": groups,
            "scores": scores,
            "enrolled": enrolled,
        }


def train(
    examples: Sequence[Example],
    grounds: Grounds,
    settings: Settings,
    out: Path,
    around: Around = ALONE,
) -> RunRecord:
    """Train and score a model and write its folder, whole or not at all.

    The same examples and settings give the same folder, byte by byte, on the same machine, however
    many cores it has. The folder names performers by the grounds' masks, the record by their own.

    Raises
    ------
    BadInput : examples that no model can be scored on, or recordings that cannot be read.
    Refused : something lies in ``out`` already.
    CheckFailed : the training diverged.
    Overtaken : a take may no longer be used; the checkpoint that was reached lies in ``out``, and
        says so.
    """
    examples, aside = leave_out(examples, around.copies)
    labels = check(examples)
    performers = [e.performer for e in examples]
    folds(performers)  # says at once if there are too few
    label = np.array([labels.index(e.emotion) for e in examples], dtype=np.int64)
    folder.refuse_full(out)
    soft = _softly(examples, labels, settings, around)
    sources = [listening.Source(e.sha256, e.path) for e in examples]
    sounds = listening.extract(sources, around.cache, around.progress, around.workers)
    voices = alike([sound.mel for sound in sounds], performers, label)
    fold, pack = folds(performers, voices), Pack.of(sounds, performers)
    room = Room(cores(), around.say)
    kept = Unfinished(around, examples, grounds.manifest, out)
    lesson = Lesson(pack, label, labels, fold, kept, soft)
    if around.recorder:
        around.recorder.begin(pack, label, performers, fold)
    (*held, final), settings = _taught(lesson, settings, room, grounds, around)
    with steady():
        embedding = torch.stack([room.embed(model, pack) for model in held])
        final_embedding = room.embed(final, pack)
    named = [e.sha256 for e in examples]
    beside = (around.known or Known()).of(named, labels, [*map(str, fold)])
    asked = scoring.Asked(pack, label, performers, labels, fold)
    scored = scoring.score(held, embedding, asked, named, beside)
    final.trust.copy_(torch.from_numpy(scored.trust))
    handles = dict(sorted({p: int(k) for p, k in zip(performers, fold, strict=True)}.items()))
    # Where all sound alike, they could not be held out together.
    voices = tuple(group for group in voices if len({handles[who] for who in group}) == 1)
    whole, mels = torch.cat([embedding, final_embedding[None]]), [sound.mel for sound in sounds]
    with steady():
        heard = Heard([*held, final], whole, pack, mels, named, performers, fold)
        read = dimensional.learned(around.rated if settings.dimensions else None, heard)
    told = card.card(examples, grounds, scored.plain, len(aside), scored.enrolled, read)
    told |= {"curves": lesson.curves()} | ({} if soft is None else {"targets": summary(examples)})
    left = tuple(around.copies)
    record = RunRecord(
        settings, labels, handles, scored.plain, scored.enrolled, told, left, voices, room.notes,
        read=read,
    )  # fmt: skip
    arrays = {
        "take": np.array([e.sha256 for e in examples]),
        "performer": np.array([grounds.masks.get(who, who) for who in performers]),
        "label": label,
        "labels": np.array(labels),
        "duration_ms": np.array([e.duration_ms for e in examples], dtype=np.int64),
        "fold": fold,
        **({} if soft is None else {"target": soft}),
        "embedding": embedding.numpy(),
        "final_embedding": final_embedding.numpy(),
        # The folds' last layers, so that they can be asked again whether they know a take.
        "head": torch.stack([m.last_layer() for m in held]).numpy(),
        # Takes that were left out, and whose: who gave nothing else has no row above.
        "copy": np.array([e.sha256 for e in aside], dtype="U64"),
        "copier": np.array([grounds.masks.get(e.performer, e.performer) for e in aside], dtype=str),
    }
    with folder.whole(out) as partly:
        folder.write_weights(partly / folder.WEIGHTS, final)
        folder.write_arrays(partly / folder.FROZEN, arrays)
        if read:
            read.write(partly)
        if around.recorder:
            said = scored.probability[np.arange(len(label)), label]
            likelihood = np.log(np.maximum(said, _LEAST))
            folder.write_arrays(partly / recording.FILE, around.recorder.arrays(likelihood))
        tell(partly, record, grounds, folder.FORMAT)
        around.ready(partly, record)
    kept.forget()
    return record


def _taught(
    lesson: Lesson, settings: Settings, room: Room, grounds: Grounds, around: Around
) -> tuple[list[VoiceModel], Settings]:
    """Return the folds' models and the one of all takes, and by which settings they came to be."""
    work = Work(around.still_holds)
    try:
        around.still_holds()  # before anything that was learned of takes is read again
        made, settings = room.train(settings, partial(_models, lesson, work, around))
    except Overtaken as fault:
        lesson.kept.forget()
        _leave(lesson.kept.out, work, settings, grounds, fault)
        raise
    check_finite(made, lesson.kept.forget)
    return made, settings


def _softly(
    examples: Sequence[Example], labels: Sequence[str], settings: Settings, around: Around
) -> NDArray[np.float64] | None:
    """Return what takes are taught as, (takes, labels), if that is not what was acted."""
    if settings.targets != HEARD:
        return None
    if around.recorder:
        raise Refused(
            "What is recorded in passing is by what was acted",
            where="--targets heard",
            remedy="Leave out --record.",
        )
    summary(examples)  # says at once if nobody heard enough
    return targets(examples, labels)


def check_finite(
    models: Iterable[torch.nn.Module], forget: Callable[[], None] = lambda: None
) -> None:
    """Refuse what diverged before anything is written.

    Parameters
    ----------
    forget : what is kept of the run is thrown away first.

    Raises
    ------
    CheckFailed : a weight is no number.
    """
    broken = [v for model in models for v in model.state_dict().values() if not v.isfinite().all()]
    if broken:
        forget()
        raise CheckFailed(
            "The training diverged: its loss is no number",
            where="training",
            remedy="Give a smaller learning rate.",
        )


def _leave(out: Path, work: Work, settings: Settings, grounds: Grounds, fault: Overtaken) -> None:
    reached = {"done": work.done, "of": work.whole}
    about = {"manifest": grounds.manifest, "settings": settings.as_json(), "steps": reached}
    with folder.whole(out) as whole:
        if work.final is not None:
            folder.write_weights(whole / folder.CHECKPOINT, work.final)
        folder.write_json(whole / folder.REACHED, about)
        folder.mark(whole, str(fault))


def _models(
    lesson: Lesson, work: Work, around: Around, settings: Settings, side: int
) -> list[VoiceModel]:
    """Train one model without each fold's performers, and one with everybody, side by side.

    One thread a model: no sum depends on how many cores there are.
    """
    books = lesson.logbooks(settings, work, around)
    curves = [book.curve for book in books if book.curve]
    work.begin(sum(curve.steps for curve in curves), curves)
    target = torch.from_numpy(lesson.label if lesson.soft is None else lesson.soft).to(
        torch.int64 if lesson.soft is None else torch.float32
    )

    def job(k: int) -> VoiceModel:
        torch.set_num_threads(1)
        takes, last = torch.from_numpy(lesson.parts[k]), k == lesson.folds
        heard = work.of_the_final if last else work.step
        watch = around.recorder.watch(k) if around.recorder and not last else None
        told = (target, len(lesson.labels), settings.recipe, settings.shape)
        return fit(lesson.pack, takes, *told, heard, watch, books[k])

    with steady(), ThreadPoolExecutor(side) as pool:
        try:
            jobs = [pool.submit(job, k) for k in range(lesson.folds + 1)]
            follow(jobs, work, around.progress)
        finally:
            work.stop.set()
        return [done.result() for done in jobs]


def cores() -> int:
    """Return how many cores may be used."""
    return max(1, len(os.sched_getaffinity(0)))


@contextmanager
def steady() -> Iterator[None]:
    """Have PyTorch choose the same sums every time, then as it was before."""
    threads, strict = torch.get_num_threads(), torch.are_deterministic_algorithms_enabled()
    torch.set_num_threads(1)
    torch.use_deterministic_algorithms(True)
    try:
        yield
    finally:
        torch.use_deterministic_algorithms(strict)
        torch.set_num_threads(threads)
