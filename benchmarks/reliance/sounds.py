"""Recordings as arrays, kept once made: statistics of voices, coarse maps of log-mel energies."""

from __future__ import annotations

from functools import cache
from hashlib import sha256
from itertools import pairwise
from pathlib import Path

import numpy as np
import soundfile
from numpy.typing import NDArray
from scipy.fft import dct

from benchmarks.harness import ROOT, recordings
from benchmarks.reliance import voices
from yesand.affect.features import FLOOR, logmel

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]

BANDS, STEPS = 16, 16
KEPT = ROOT / ".cache" / "reliance"
_EMODB = "WLEAFTN"
_QUIET, _CEPSTRA = 7.0, 20


@cache
def heard(corpus: str) -> tuple[Floats, Floats, tuple[str, ...], Ints]:
    """Return statistics (N, d), maps (N, 256), performers and labels (N,) of a corpus."""
    found = sorted(recordings(corpus).rglob("*.flac"))
    read = _ravdess if corpus == "ravdess" else _emodb
    who, label = zip(*map(read, found), strict=True)
    kept = KEPT / f"{corpus}-{_recipe()}.npz"
    if not kept.exists():
        pairs = [_features(path) for path in found]
        kept.parent.mkdir(parents=True, exist_ok=True)
        np.savez(kept, statistics=[one for one, _ in pairs], maps=[two for _, two in pairs])
    with np.load(kept) as arrays:
        return arrays["statistics"], arrays["maps"], who, np.array(label)


def _recipe() -> str:
    """Name the features by the code that makes them, so that none outlives it."""
    code = Path(__file__).read_bytes() + Path(voices.__file__).read_bytes()
    return sha256(code).hexdigest()[:12]


def _ravdess(path: Path) -> tuple[str, int]:
    fields = path.stem.split("-")
    return f"Actor_{fields[6]}", int(fields[2]) - 1


def _emodb(path: Path) -> tuple[str, int]:
    return path.stem[:2], _EMODB.index(path.stem[5])


def _features(path: Path) -> tuple[Floats, Floats]:
    signal, rate = soundfile.read(path, dtype="float32", always_2d=True)
    one = signal.mean(axis=1)
    mel = logmel(one, rate).astype(np.float64)
    loud = mel.max(axis=1)
    heard = np.flatnonzero(loud > loud.max() - _QUIET)
    own = slice(int(heard[0]), int(heard[-1]) + 1)
    statistics = np.concatenate([_statistics(mel[own]), voices.voice(one, rate, mel, own)])
    return statistics, _map(mel[own])


def _statistics(mel: Floats) -> Floats:
    """Return how bands, cepstra and loudness lie and move: mean, spread, quantiles, steps."""
    cepstra = dct(mel, norm="ortho", axis=1)[:, :_CEPSTRA]
    loud = np.logaddexp.reduce(mel, axis=1, keepdims=True)
    both = np.concatenate([mel - mel.mean(), cepstra, loud], axis=1)
    steps = np.diff(both, axis=0) if len(both) > 1 else np.zeros_like(both)
    quantiles = np.percentile(both, [10, 50, 90], axis=0)
    return np.concatenate([both.mean(0), both.std(0), *quantiles, np.abs(steps).mean(0)])


def _map(mel: Floats) -> Floats:
    """Return a coarse picture of the take, (BANDS · STEPS,), at zero mean level."""
    bands = np.clip(mel, FLOOR, None).reshape(len(mel), BANDS, -1).mean(2)
    edges = np.linspace(0, len(bands), STEPS + 1)
    parts = [bands[int(a) : max(int(b), int(a) + 1)].mean(0) for a, b in pairwise(edges)]
    picture = np.stack(parts, 1)
    level: Floats = (picture - picture.mean()).ravel()
    return level
