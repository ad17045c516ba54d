"""Writing the sample troupe to disk, marked as synthetic in every file."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import soundfile

from yesand.kernel import durable
from yesand.kernel.errors import BadInput
from yesand.kernel.progress import Progress, silent
from yesand.takes.layouts.table import NAME as TABLE
from yesand.takes.layouts.table import SCENES as SCENE_TABLE
from yesand.takes.troupe.cast import EMOTIONS, Member, members
from yesand.takes.troupe.perform import perform
from yesand.takes.troupe.scenes import SCENES, Scripted
from yesand.takes.troupe.voice import RATE

#: Any number; this one gives the troupe that the documentation shows.
SEED = 2026
MARK = "Synthetic voice made by code (Yes-And sample troupe). No person was recorded."
_COLUMNS = (
    "path", "performer", "credit_name", "emotion", "scene", "repetition", "language", "synthetic",
)  # fmt: skip
#: ISO 639-2: no linguistic content.
_GIBBERISH = "zxx"


@dataclass(frozen=True)
class _Planned:
    number: int
    member: Member
    emotion: str
    scene: Scripted
    repetition: int

    @property
    def handle(self) -> str:
        return f"Sample_{self.number:02d}"

    @property
    def path(self) -> str:
        slug = self.scene.prompt.slug
        return f"{self.handle}/{slug}-{self.emotion}-{self.repetition}.flac"

    def row(self) -> tuple[str, ...]:
        return (
            self.path,
            self.handle,
            f"{self.member.name} (synthetic)",
            self.emotion,
            self.scene.prompt.slug,
            str(self.repetition),
            _GIBBERISH,
            "true",
        )


def make_troupe(
    folder: Path,
    *,
    performers: int = 8,
    scenes: int = 3,
    repetitions: int = 2,
    seed: int = SEED,
    progress: Progress = silent,
) -> Path:
    """Write a troupe's takes (16 kHz FLAC), ``takes.csv`` and ``scenes.csv``; return the folder.

    The same numbers give the same samples. Each take's chance comes from its own seed, so a
    larger troupe begins with the smaller one.

    Raises
    ------
    BadInput : fewer than one of anything, or more scenes than are written.
    """
    if min(performers, scenes, repetitions) < 1 or scenes > len(SCENES):
        raise BadInput(
            "A troupe needs performers, scenes and repetitions",
            where=f"{performers}, {scenes}, {repetitions}",
            remedy=f"Ask for at least one of each and at most {len(SCENES)} scenes.",
        )
    folder = Path(folder)
    planned = list(_plan(performers, scenes, repetitions, seed))
    for done, take in enumerate(planned):
        progress(done, len(planned), take.handle)
        _write(folder / take.path, take, seed)
    durable.write(folder / SCENE_TABLE, _scene_table(SCENES[:scenes]))
    # Last, so that a troupe cut short is not recognised as one.
    durable.write(folder / TABLE, _csv(_COLUMNS, [take.row() for take in planned]))
    progress(len(planned), len(planned))
    return folder


def _plan(performers: int, scenes: int, repetitions: int, seed: int) -> Iterator[_Planned]:
    for number, member in enumerate(members(performers, np.random.default_rng(seed)), start=1):
        for scene in SCENES[:scenes]:
            for emotion in EMOTIONS:
                for repetition in range(1, repetitions + 1):
                    yield _Planned(number, member, emotion, scene, repetition)


def _write(path: Path, take: _Planned, seed: int) -> None:
    scene, emotion = SCENES.index(take.scene), list(EMOTIONS).index(take.emotion)
    rng = np.random.default_rng([seed, take.number, scene, emotion, take.repetition])
    samples = perform(take.member, take.emotion, take.scene.line, rng)
    path.parent.mkdir(parents=True, exist_ok=True)
    with soundfile.SoundFile(path, "w", RATE, 1, "PCM_16", format="FLAC") as file:
        file.comment = MARK
        file.artist = f"{take.member.name} (synthetic)"
        file.title = f"{take.scene.prompt.title}, {take.emotion}"
        file.write(samples)


def _scene_table(scenes: tuple[Scripted, ...]) -> bytes:
    prompts = [scene.prompt for scene in scenes]
    rows = [(p.slug, p.title, p.circumstances, p.relationship, "|".join(p.beats)) for p in prompts]
    return _csv(("slug", "title", "circumstances", "relationship", "beats"), rows)


def _csv(columns: tuple[str, ...], rows: Sequence[tuple[str, ...]]) -> bytes:
    text = io.StringIO()
    csv.writer(text, lineterminator="\n").writerows([columns, *rows])
    return text.getvalue().encode()
