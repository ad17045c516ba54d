"""Recordings as rows of prosody, with a name for every column."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from contextlib import nullcontext
from itertools import product
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from yesand.affect.features import BANDS, RATE, Features, logmel, resampled
from yesand.affect.prosody.descriptors import COLOUR, QUALITY, describe
from yesand.affect.prosody.functionals import GROUPS, RHYTHMS, SPREAD, TIMING, functionals
from yesand.kernel.errors import BadInput
from yesand.kernel.pool import pool
from yesand.kernel.progress import Progress, silent
from yesand.takes.sound import read

Floats = NDArray[np.float64]

_MOVED = ("moved-deviation", "moved", "moved-p95", "moved-p05")
_BAND = ("mean", "deviation", "p10", "p90")
_PARTS = (
    product(["pitch"], SPREAD),
    product(["pitch-step"], SPREAD),
    ((what, how) for how, what in product(SPREAD, COLOUR)),
    ((what, how) for how, what in product(_MOVED, COLOUR)),
    ((what, how) for how, what in product(SPREAD, QUALITY)),
    ((f"band-{n}", how) for how, n in product(_BAND, range(BANDS))),
    product(["time"], TIMING),
    ((f"rhythm-{n}", f"{hertz:g}-hz") for hertz, n in product(RHYTHMS[:-1], range(GROUPS))),
)
#: A take that lasts longer, in seconds, is described in pieces.
PIECE = 15
#: What each number of a row is: ``pitch.mean``, ``cepstrum-1.p95``, ``rhythm-3.4-hz`` …
NAMES = tuple(f"{what}.{how}" for part in _PARTS for what, how in part)


def row(signal: NDArray[np.float32], rate: int) -> Floats:
    """Return the prosody of one channel, shape (len(NAMES),), all finite.

    Parameters
    ----------
    signal : shape (samples,), full scale ±1. rate : its sampling rate in Hz.
    """
    sound = resampled(signal, rate)
    return of_heard(sound, logmel(sound, RATE))


def of_heard(sound: NDArray[np.float32], mel: Features) -> Floats:
    """Return the prosody of one channel at 16 kHz whose log-mel features are there already.

    Of a long take it is the mean over pieces of it: memory is bounded, and how it lies within a few
    sentences is what can be compared with takes of a few sentences.
    """
    count = -(-len(sound) // (PIECE * RATE))
    if count > 1:
        pieces = np.array_split(sound, count)
        told: Floats = np.stack([of_heard(one, logmel(one, RATE)) for one in pieces]).mean(axis=0)
        return told
    return functionals(describe(sound.astype(np.float64), mel.astype(np.float64)))


def rows(
    paths: Sequence[Path], workers: int = 1, progress: Progress = silent
) -> NDArray[np.float64]:
    """Return the prosody of recordings, shape (len(paths), len(NAMES)); channels are averaged.

    The rows are the same, to the bit, however many processes compute them.

    Raises
    ------
    BadInput : some cannot be read; every one of them is named.
    """
    found, faults = list[Floats](), list[str]()
    with pool(workers) if workers > 1 else nullcontext() as processes:
        for done, made in enumerate(_made(paths, processes)):
            progress(done, len(paths), "prosody")
            if isinstance(made, str):
                faults.append(made)
            else:
                found.append(made)
    progress(len(paths), len(paths), "prosody")
    if faults:
        raise BadInput(
            f"{len(faults)} of {len(paths)} recordings cannot be used: {' '.join(faults)[:-1]}",
            remedy="Mend or leave them out; nothing was written.",
        )
    return np.array(found).reshape(-1, len(NAMES))


def _made(paths: Sequence[Path], processes: ProcessPoolExecutor | None) -> Iterator[Floats | str]:
    if processes is None:
        return map(_one, paths)
    return processes.map(_one, paths, chunksize=8)


def _one(path: Path) -> Floats | str:
    """Return a recording's row, or what is wrong with it."""
    try:
        sound = read(path)
    except BadInput as fault:
        return fault.sentence()
    if not np.isfinite(sound.samples).all():
        return f"{path.name} holds a sample that is no number."
    return row(sound.mono, sound.rate)
