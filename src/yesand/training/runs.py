"""A training run: one model a fold for an honest score, and one of all takes to keep."""

from __future__ import annotations

import os
import threading
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import FIRST_EXCEPTION, Future, ThreadPoolExecutor, wait
from contextlib import contextmanager
from dataclasses import dataclass, field
from importlib.metadata import version
from pathlib import Path
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray

import yesand
from yesand.affect import listening
from yesand.affect.evaluating import Evaluation, Known
from yesand.affect.folds import folds
from yesand.affect.frames import Pack
from yesand.affect.learning import fit
from yesand.affect.voice_model import VoiceModel
from yesand.affect.voices import alike
from yesand.corpus.errors import Overtaken
from yesand.kernel.errors import CheckFailed
from yesand.kernel.progress import Progress
from yesand.takes.copies.finding import Copy
from yesand.training import card, dimensional, folder, recording, scoring
from yesand.training.around import ALONE, Around
from yesand.training.dimensional import Heard, Reading
from yesand.training.examples import Example, Settings, check, leave_out
from yesand.training.grounds import Grounds
from yesand.training.telling import tell

Ints = NDArray[np.int64]
#: How often in a run it is asked whether its takes may still be used.
CHECKPOINTS = 20
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
    #: Valence, arousal and dominance; none: nobody asked for them.
    read: Reading | None = field(default=None, kw_only=True)

    def as_json(self) -> dict[str, Any]:
        """Return plain JSON; equal runs give equal records."""
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
            **({dimensional.NAME: self.read.as_json()} if self.read else {}),
        }

    def for_outsiders(self, masks: Mapping[str, str]) -> dict[str, Any]:
        """Return the same by pseudonyms, as it lies in a folder that leaves the house."""
        told = self.as_json()
        held = {masks.get(who, who): fold for who, fold in self.held_out.items()}
        groups = [[masks.get(who, who) for who in group] for group in self.alike]
        scores = card.renamed(told["scores"], masks)
        enrolled = told["enrolled"] and card.renamed(told["enrolled"], masks)
        read = told.get(dimensional.NAME)
        return {
            **told,
            **({dimensional.NAME: dimensional.renamed(read, masks)} if read else {}),
            "held_out": held,
            "sound_alike": groups,
            "scores": scores,
            "enrolled": enrolled,
        }


def versions() -> dict[str, str]:
    """Return the versions that a run depends on."""
    return {"yesand": yesand.__version__, **{n: version(n) for n in ("numpy", "torch")}}


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
    sources = [listening.Source(e.sha256, e.path) for e in examples]
    sounds = listening.extract(sources, around.cache, around.progress, around.workers)
    voices = alike([sound.mel for sound in sounds], performers, label)
    fold, pack = folds(performers, voices), Pack.of(sounds, performers)
    work = _Work(around.still_holds)
    if around.recorder:
        around.recorder.begin(pack, label, performers, fold)
    try:
        *held, final = _models(pack, label, fold, len(labels), settings, work, around)
    except Overtaken as fault:
        _leave(out, work, settings, grounds, fault)
        raise
    _check_finite([*held, final])
    with steady():
        embedding = torch.stack([model.embed(pack) for model in held])
        final_embedding = final.embed(pack)
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
    left = tuple(around.copies)
    record = RunRecord(
        settings, labels, handles, scored.plain, scored.enrolled, told, left, voices, read=read
    )
    arrays = {
        "take": np.array([e.sha256 for e in examples]),
        "performer": np.array([grounds.masks.get(who, who) for who in performers]),
        "label": label,
        "labels": np.array(labels),
        "duration_ms": np.array([e.duration_ms for e in examples], dtype=np.int64),
        "fold": fold,
        "embedding": embedding.numpy(),
        "final_embedding": final_embedding.numpy(),
        # The folds' last layers, so that they can be asked again whether they know a take.
        "head": torch.stack([m.last_layer() for m in held]).numpy(),
        # Takes that were left out, and whose: who gave nothing else has no row above.
        "copy": np.array([e.sha256 for e in aside], dtype="U64"),
        "copier": np.array([grounds.masks.get(e.performer, e.performer) for e in aside], dtype=str),
    }
    with folder.whole(out) as partial:
        folder.write_weights(partial / folder.WEIGHTS, final)
        folder.write_arrays(partial / folder.FROZEN, arrays)
        if read:
            read.write(partial)
        if around.recorder:
            said = scored.probability[np.arange(len(label)), label]
            likelihood = np.log(np.maximum(said, _LEAST))
            folder.write_arrays(partial / recording.FILE, around.recorder.arrays(likelihood))
        tell(partial, record, grounds, folder.FORMAT)
        around.ready(partial, record)
    return record


def _check_finite(models: Sequence[VoiceModel]) -> None:
    """Refuse what diverged before anything is written."""
    broken = [v for model in models for v in model.state_dict().values() if not v.isfinite().all()]
    if broken:
        raise CheckFailed(
            "The training diverged: its loss is no number",
            where="training",
            remedy="Give a smaller learning rate.",
        )


def _leave(out: Path, work: _Work, settings: Settings, grounds: Grounds, fault: Overtaken) -> None:
    reached = {"done": work.done, "of": work.whole}
    about = {"manifest": grounds.manifest, "settings": settings.as_json(), "steps": reached}
    with folder.whole(out) as partial:
        if work.final is not None:
            folder.write_weights(partial / folder.CHECKPOINT, work.final)
        folder.write_json(partial / folder.REACHED, about)
        folder.mark(partial, str(fault))


def _models(
    pack: Pack,
    label: Ints,
    fold: Ints,
    classes: int,
    settings: Settings,
    work: _Work,
    around: Around,
) -> list[VoiceModel]:
    """Train one model without each fold's performers, and one with everybody, side by side.

    One thread a model: no sum depends on how many cores there are.
    """
    parts = [np.flatnonzero(fold != k) for k in range(int(fold.max()) + 1)]
    parts.append(np.arange(len(fold)))
    work.whole = sum(settings.recipe.steps(len(part)) for part in parts)
    target = torch.from_numpy(label)

    def job(k: int) -> VoiceModel:
        torch.set_num_threads(1)
        takes, last = torch.from_numpy(parts[k]), k == len(parts) - 1
        heard = work.of_the_final if last else work.step
        watch = around.recorder.watch(k) if around.recorder and not last else None
        return fit(pack, takes, target, classes, settings.recipe, settings.shape, heard, watch)

    with steady(), ThreadPoolExecutor(cores()) as pool:
        try:
            jobs = [pool.submit(job, k) for k in range(len(parts))]
            _follow(jobs, work, around.progress)
        finally:
            work.stop.set()
        return [done.result() for done in jobs]


class _Stopped(Exception):
    """The run was broken off; the models under way need not be finished."""


class _Work:
    """Steps done by all threads together, and whether more may be done."""

    def __init__(self, still_holds: Callable[[], None]) -> None:
        self.whole, self.done, self._due = 0, 0, 0
        self.stop, self._lock = threading.Event(), threading.Lock()
        self._still_holds = still_holds
        #: The model of all takes, as far as it is.
        self.final: VoiceModel | None = None

    def check(self) -> None:
        """Ask at each checkpoint, from the thread that may read the registry."""
        if self.done >= self._due:
            self._due += max(1, self.whole // CHECKPOINTS)
            self._still_holds()

    def of_the_final(self, model: VoiceModel) -> None:
        self.final = model
        self.step(model)

    def step(self, _: VoiceModel) -> None:
        with self._lock:
            self.done += 1
        if self.stop.is_set():
            raise _Stopped


def _follow(jobs: Sequence[Future[VoiceModel]], work: _Work, progress: Progress) -> None:
    pending = set(jobs)
    while pending:
        progress(work.done, work.whole, "training")
        work.check()
        finished, pending = wait(pending, timeout=0.25, return_when=FIRST_EXCEPTION)
        for job in finished:
            job.result()
    progress(work.whole, work.whole, "training")


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
