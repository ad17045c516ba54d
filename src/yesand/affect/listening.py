"""What the voice model is told of a take: its log-mel features and its prosody.

Computed once per content, kept on disk, computed again when lost.
"""

from __future__ import annotations

import io
from collections.abc import Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from contextlib import nullcontext
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import soundfile
from numpy.typing import NDArray

from yesand.affect import features
from yesand.affect.derived import Cache
from yesand.affect.features import BANDS, RATE, Features
from yesand.affect.prosody import functionals
from yesand.affect.prosody.rows import NAMES, of_heard
from yesand.kernel.errors import BadInput, CheckFailed, NotFound
from yesand.kernel.ids import digest
from yesand.kernel.pool import pool
from yesand.kernel.progress import Progress, silent
from yesand.takes import sound
from yesand.takes.video.facts import kind_of

#: Names both recipes: a model made for another pair cannot be told the same.
PROSODY = functionals.VERSION
VERSION = f"{features.VERSION}+{PROSODY}"
#: With fewer takes to compute than this, starting more processes takes longer than it saves.
_MANY = 200

Row = NDArray[np.float32]


@dataclass(frozen=True, eq=False)
class Heard:
    """A take as the model is told of it.

    Attributes
    ----------
    mel : log-mel energies, float16, shape (frames, 64).
    prosody : one number a name in ``prosody.rows.NAMES``, float32, shape (1455,).
    """

    mel: Features
    prosody: Row


@dataclass(frozen=True)
class Source:
    """A take's content and the file that holds it."""

    sha256: str
    path: Path


def hear(signal: NDArray[np.float32], rate: int) -> Heard:
    """Return what a model is told of one channel.

    Parameters
    ----------
    signal : shape (samples,), full scale ±1. rate : its sampling rate in Hz.
    """
    same = features.resampled(signal, rate)
    mel = features.logmel(same, RATE)
    return Heard(mel, of_heard(same, mel).astype(np.float32))


def read(source: Source) -> Heard:
    """Return what a take's file holds, its bytes checked against its name.

    Raises
    ------
    NotFound : no such file. CheckFailed : other bytes than it is named by.
    BadInput : not audio, or a sample is no number.
    """
    try:
        data = source.path.read_bytes()
    except OSError as fault:
        raise NotFound("No such recording", where=str(source.path)) from fault
    if digest(data) != source.sha256:
        raise CheckFailed("A recording's bytes do not match its name", where=str(source.path))
    if kind_of(source.path):
        video = sound.read(source.path)
        samples, rate = video.samples, video.rate
    else:
        samples, rate = _decoded(data, source.path)
    if not len(samples):
        raise BadInput("A recording without a sample", where=str(source.path))
    if not np.isfinite(samples).all():
        raise BadInput("A recording with a sample that is no number", where=str(source.path))
    return hear(samples.mean(axis=1), rate)


def _decoded(data: bytes, where: Path) -> tuple[NDArray[np.float32], int]:
    try:
        return soundfile.read(io.BytesIO(data), dtype="float32", always_2d=True)  # type: ignore[no-any-return]
    except (soundfile.LibsndfileError, ValueError) as fault:
        raise BadInput(f"Not a recording: {fault}", where=str(where)) from fault


@dataclass(frozen=True)
class Kept:
    """What was heard before, in a house's cache."""

    folder: Path

    def caches(self) -> tuple[Cache, Cache]:
        """Return where log-mel features and prosody lie."""
        return (
            Cache(self.folder, "logmel", features.VERSION),
            Cache(self.folder, "prosody", functionals.VERSION),
        )

    def get(self, sha256: str) -> Heard | None:
        """Return a take, or nothing if a part of it is missing or of another shape."""
        mel, row = (cache.get(sha256) for cache in self.caches())
        if mel is None or mel.ndim != 2 or mel.shape[1] != BANDS:
            return None
        if row is None or row.shape != (len(NAMES),):
            return None
        return Heard(mel, row)

    def put(self, sha256: str, heard: Heard) -> None:
        """Keep a take."""
        mel, prosody = self.caches()
        mel.put(sha256, heard.mel)
        prosody.put(sha256, heard.prosody)


def extract(
    sources: Sequence[Source],
    kept: Kept | None = None,
    progress: Progress = silent,
    workers: int = 1,
) -> list[Heard]:
    """Return every take as a model is told of it, the same however many processes there are.

    Parameters
    ----------
    workers : processes to share the work, if there is much. A script that asks for more than one
        must guard its own main module, as ``multiprocessing`` has it.

    Raises
    ------
    BadInput : some takes cannot be read; every one of them is named.
    """
    found = [kept.get(source.sha256) if kept else None for source in sources]
    missing = [place for place, heard in enumerate(found) if heard is None]
    faults, done = list[str](), len(sources) - len(missing)
    progress(done, len(sources), "features")
    shared = workers > 1 and len(missing) >= _MANY
    with pool(workers) if shared else nullcontext() as processes:
        made = _made([sources[place] for place in missing], processes)
        for number, (place, heard) in enumerate(zip(missing, made, strict=True), done + 1):
            if isinstance(heard, str):
                faults.append(heard)
                continue
            found[place] = heard
            if kept:
                kept.put(sources[place].sha256, heard)
            if number % 32 == 0 or number == len(sources):
                progress(number, len(sources), "features")
    if faults:
        shown = " ".join(faults[:5])
        raise BadInput(f"{len(faults)} of {len(sources)} recordings cannot be used: {shown}")
    return [heard for heard in found if heard is not None]


def _made(
    sources: Sequence[Source], processes: ProcessPoolExecutor | None
) -> Iterator[Heard | str]:
    if processes is None:
        return map(_one, sources)
    return processes.map(_one, sources, chunksize=8)


def _one(source: Source) -> Heard | str:
    """Return a take, or what is wrong with it."""
    try:
        return read(source)
    except (BadInput, CheckFailed) as fault:
        return fault.sentence()
