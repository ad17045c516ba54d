"""A recording drawn: the quietest and loudest moment of each of a few hundred slices."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import numpy.typing as npt

from yesand.kernel.durable import write
from yesand.takes.media import MediaStore

BINS = 240
WIDTH, HEIGHT = 960, 160


def envelope(mono: npt.NDArray[np.float32], bins: int = BINS) -> list[tuple[float, float]]:
    """Return the lowest and highest sample of each slice, full scale ±1.

    Parameters
    ----------
    mono : shape (frames,); fewer frames than bins make fewer slices, none make none.
    """
    if not len(mono):
        return []
    slices = np.array_split(mono, min(bins, len(mono)))
    return [(round(float(s.min()), 4), round(float(s.max()), 4)) for s in slices]


def outline(slices: list[tuple[float, float]]) -> str:
    """Return the SVG path around the slices in a box of 960 × 160; silence is a thin line."""
    if not slices:
        return ""
    step, middle = WIDTH / len(slices), HEIGHT / 2
    tops = [(step * (i + 0.5), middle - _reach(high)) for i, (_, high) in enumerate(slices)]
    feet = [(step * (i + 0.5), middle + _reach(-low)) for i, (low, _) in enumerate(slices)]
    points = tops + feet[::-1]
    return "M" + "L".join(f"{x:.1f} {y:.1f}" for x, y in points) + "Z"


def _reach(amplitude: float) -> float:
    return min(max(amplitude, 0.0), 1.0) * (HEIGHT / 2 - 2) + 0.8


def drawn(store: MediaStore, sha256: str, cache: Path, bins: int = BINS) -> str:
    """Return the outline of a recording; computed once, then kept under ``cache/``.

    Parameters
    ----------
    bins : slices at most; a small picture in a list needs few.

    Raises
    ------
    NotFound : the recording is not kept here (any more).
    """
    store.path_of(sha256)  # a deleted recording must not live on in its drawing
    kept = _path(sha256, cache)
    if kept.exists():
        return outline(_fewer([(low, high) for low, high in json.loads(kept.read_text())], bins))
    slices = envelope(store.read(sha256).mono)
    keep(slices, sha256, cache)
    return outline(_fewer(slices, bins))


def keep(slices: Sequence[tuple[float, float]], sha256: str, cache: Path) -> None:
    """Keep a recording's envelope, so that it need not be decoded to be drawn."""
    write(_path(sha256, cache), json.dumps(list(slices)).encode())


def forget(sha256: str, cache: Path) -> None:
    """Remove a recording's drawing."""
    _path(sha256, cache).unlink(missing_ok=True)


def _path(sha256: str, cache: Path) -> Path:
    return cache / "waveforms" / f"{sha256}.json"


def _fewer(slices: list[tuple[float, float]], bins: int) -> list[tuple[float, float]]:
    """Return as many slices at most, each as low and as high as those it stands for."""
    if len(slices) <= bins:
        return slices
    groups = np.array_split(np.array(slices), bins)
    return [(float(g[:, 0].min()), float(g[:, 1].max())) for g in groups]
