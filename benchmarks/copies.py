"""Finding copies among ten thousand takes, beside comparing every two by their sound.

The takes are those of RAVDESS and EMO-DB and, since there are not ten thousand, the same again with
all their landmarks raised by a few bins: other takes, as rich and as crowded. A hundred copies,
of half of their landmarks, are hidden among them, and all must be found. The peer is the plain way,
the highest normalised cross-correlation of two recordings at 8 kHz by FFT: it is measured on a few
pairs, and extrapolated to all.
"""

from __future__ import annotations

import time
from itertools import pairwise
from pathlib import Path

import numpy as np
from scipy.signal import correlate, resample_poly

from benchmarks.harness import Result, recordings, seconds
from yesand.takes.copies.finding import copies
from yesand.takes.copies.landmarks import Floats, Landmarks, landmarks
from yesand.takes.sound import Sound, read

TAKES, HIDDEN, PAIRS = 10_000, 100, 40
#: A landmark's first pitch is its highest digits (`landmarks._pairs`).
_BIN = 128 * 64


def run() -> Result:
    """Measure both."""
    paths = [*sorted(recordings("ravdess").glob("*/*.flac"))]
    paths += sorted(recordings("emodb").glob("*.flac"))
    start = time.perf_counter()
    real = [landmarks(sound) for sound in map(read, paths)]
    heard = (time.perf_counter() - start) / len(paths)
    takes = many(real)
    start = time.perf_counter()
    found = {copy.take for copy in copies(takes) if copy.take.startswith("hidden")}
    ours = time.perf_counter() - start
    if len(found) != HIDDEN:
        raise RuntimeError(f"{len(found)} of {HIDDEN} hidden copies were found")
    theirs = _pairwise(paths[: PAIRS + 1]) * len(takes) * (len(takes) - 1) / 2
    marks = int(np.mean([len(one) for _, one in takes]))
    return Result(
        name="copies",
        what=(
            f"all copies found among {len(takes):,} takes of {marks:,} landmarks each, from "
            f"landmarks that are kept (to hear a take and find them: {1e3 * heard:.0f} ms, once); "
            f"{HIDDEN} hidden copies all found. The peer is extrapolated from {PAIRS} pairs"
        ),
        value=ours,
        unit="s",
        peer="cross-correlation of every two (scipy, FFT)",
        peer_value=theirs,
    )


def many(real: list[Landmarks]) -> list[tuple[str, Landmarks]]:
    """Return ten thousand takes, the last hundred of which lack every other landmark."""
    luck = np.random.default_rng(0)
    fresh = [
        (f"{n}", Landmarks(f"{n}", one.mark + (n // len(real)) * _BIN, one.at))
        for n, one in zip(range(TAKES - HIDDEN), real * (TAKES // len(real) + 1), strict=False)
    ]
    hidden = luck.choice(len(fresh), HIDDEN, replace=False).tolist()
    halves = [(n, luck.random(len(fresh[n][1])) < 0.5, fresh[n][1]) for n in hidden]
    return fresh + [
        (f"hidden {n}", Landmarks(f"hidden {n}", one.mark[half], one.at[half] + 7))
        for n, half, one in halves
    ]


def _pairwise(paths: list[Path]) -> float:
    waves = [_wave(read(path)) for path in paths]
    pairs = list(pairwise(waves))
    return seconds(lambda: [_likest(one, other) for one, other in pairs], 1) / len(pairs)


def _wave(sound: Sound) -> Floats:
    wave = resample_poly(sound.mono, 8_000, sound.rate).astype(np.float32)
    unit: Floats = wave / np.linalg.norm(wave)
    return unit


def _likest(one: Floats, other: Floats) -> float:
    return float(np.abs(correlate(one, other, method="fft")).max())
