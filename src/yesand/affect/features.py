"""Log-mel features: computed once per content, kept on disk, computed again when lost.

64 mel bands of 16 kHz audio, 25 ms Hann windows every 10 ms: the usual front end of speech
models (Davis & Mermelstein 1980 for mel filters; HTK Book 3.4 §5.4 for their shape).
"""

from __future__ import annotations

import io
import zlib
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from functools import cache as memo
from math import gcd
from pathlib import Path
from secrets import token_hex

import numpy as np
import soundfile
import torch
from numpy.typing import NDArray
from scipy.signal import resample_poly

from yesand.affect import derived
from yesand.kernel.errors import BadInput, CheckFailed, NotFound
from yesand.kernel.ids import digest
from yesand.kernel.progress import Progress, silent

#: Names the recipe below: any change to it needs a new one, or caches would mix.
VERSION = "logmel64-v1"
RATE = 16_000
BANDS = 64
WINDOW = 400
HOP = 160
_FFT = 512
_LOWEST, _HIGHEST = 50.0, 7_600.0
#: Quieter than this is silence: −100 dB below full scale, in natural logarithms of power.
FLOOR = -23.0

_CRC = 4  # bytes

Features = NDArray[np.float16]


@dataclass(frozen=True)
class Source:
    """A take's content and the file that holds it."""

    sha256: str
    path: Path


def logmel(signal: NDArray[np.float32], rate: int) -> Features:
    """Return the log-mel energies of one channel, shape (frames, 64).

    Half precision: its step (2⁻⁷ at −16) is far below what a window's noise moves.

    Parameters
    ----------
    signal : shape (samples,), full scale ±1.
    rate : sampling rate in Hz; other rates than 16 kHz are resampled first.
    """
    wave = torch.from_numpy(np.ascontiguousarray(resampled(signal, rate)))
    wave = torch.nn.functional.pad(wave, (WINDOW // 2, WINDOW // 2))
    frames = torch.nn.functional.pad(wave.unfold(0, WINDOW, HOP) * _window(), (0, _FFT - WINDOW))
    spectrum = torch.view_as_real(torch.fft.rfft(frames)).flatten(1)
    energies = (spectrum.square_() @ _filters()).clamp_min_(float(np.exp(FLOOR))).log_()
    made: Features = energies.half().numpy()
    return made


def resampled(signal: NDArray[np.float32], rate: int) -> NDArray[np.float32]:
    """Return the signal at 16 kHz."""
    if rate == RATE:
        return signal
    common = gcd(rate, RATE)
    made: NDArray[np.float32] = resample_poly(signal, RATE // common, rate // common)
    return made.astype(np.float32)


@memo
def _window() -> torch.Tensor:
    window: torch.Tensor = torch.hann_window(WINDOW) / WINDOW**0.5
    return window


@memo
def _filters() -> torch.Tensor:
    """Return triangles on the mel scale (mel = 2595 log₁₀(1 + f / 700)), shape (514, 64).

    Each bin has two rows, for its real and its imaginary part: their squares add up to its power.
    """
    low, high = (2595 * np.log10(1 + f / 700) for f in (_LOWEST, _HIGHEST))
    edges = 700 * (10 ** (np.linspace(low, high, BANDS + 2) / 2595) - 1)
    bins = np.linspace(0, RATE / 2, _FFT // 2 + 1)[:, None]
    rising = (bins - edges[:-2]) / (edges[1:-1] - edges[:-2])
    falling = (edges[2:] - bins) / (edges[2:] - edges[1:-1])
    triangles = np.clip(np.minimum(rising, falling), 0, None).astype(np.float32)
    return torch.from_numpy(triangles.repeat(2, axis=0))


def read(source: Source) -> Features:
    """Return a take's features from the file itself, its bytes checked against its name.

    Raises
    ------
    NotFound : no such file. CheckFailed : other bytes than it is named by. BadInput : not audio.
    """
    try:
        data = source.path.read_bytes()
    except OSError as fault:
        raise NotFound("No such recording", where=str(source.path)) from fault
    if digest(data) != source.sha256:
        raise CheckFailed("A recording's bytes do not match its name", where=str(source.path))
    try:
        samples, rate = soundfile.read(io.BytesIO(data), dtype="float32", always_2d=True)
    except (soundfile.LibsndfileError, ValueError) as fault:
        raise BadInput(f"Not a recording: {fault}", where=str(source.path)) from fault
    if not len(samples):
        raise BadInput("A recording without a sample", where=str(source.path))
    return logmel(samples.mean(axis=1), rate)


@dataclass(frozen=True)
class Cache:
    """Features on disk, named by content: ``<folder>/logmel/<version>/<sha256>.npy``."""

    folder: Path

    def path(self, sha256: str) -> Path:
        """Return where a take's features lie."""
        return derived.place_of(self.folder, "logmel", VERSION, sha256)

    def get(self, sha256: str) -> Features | None:
        """Return a take's features, or nothing if they are absent or not as they were written."""
        try:
            data = self.path(sha256).read_bytes()
            if zlib.crc32(data[:-_CRC]) != int.from_bytes(data[-_CRC:], "big"):
                return None
            found: Features = np.load(io.BytesIO(data), allow_pickle=False)
        except (OSError, ValueError, EOFError):
            return None
        return found if found.ndim == 2 and found.shape[1] == BANDS else None

    def put(self, sha256: str, features: Features) -> None:
        """Keep a take's features. No fsync: the checksum tells what a power cut tore."""
        file = io.BytesIO()
        np.save(file, features, allow_pickle=False)
        # What follows the array is ignored by every reader of the NPY format.
        data = file.getvalue() + zlib.crc32(file.getvalue()).to_bytes(_CRC, "big")
        path = self.path(sha256)
        partial = path.with_name(f".{path.name}.{token_hex(4)}.part")
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            partial.write_bytes(data)
            partial.replace(path)
        except OSError:  # a full or read-only disk costs time, never the work
            with suppress(OSError):
                partial.unlink()


def extract(
    sources: Sequence[Source], cache: Cache | None = None, progress: Progress = silent
) -> list[Features]:
    """Return the features of every take, each of shape (frames, 64).

    Raises
    ------
    BadInput : some takes cannot be read; every one of them is named.
    """
    found, faults = list[Features](), list[str]()
    for done, source in enumerate(sources):
        if done % 32 == 0:
            progress(done, len(sources), "features")
        try:
            found.append(_one(source, cache))
        except (BadInput, CheckFailed) as fault:
            faults.append(fault.sentence())
    if faults:
        shown = " ".join(faults[:5])
        raise BadInput(f"{len(faults)} of {len(sources)} recordings cannot be used: {shown}")
    progress(len(sources), len(sources), "features")
    return found


def _one(source: Source, cache: Cache | None) -> Features:
    known = cache.get(source.sha256) if cache else None
    if known is not None:
        return known
    made = read(source)
    if cache:
        cache.put(source.sha256, made)
    return made
