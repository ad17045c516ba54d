"""A recording drawn: the quietest and loudest moment of each of a few hundred slices."""

from __future__ import annotations

import json
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


def drawn(store: MediaStore, sha256: str, cache: Path) -> str:
    """Return the outline of a recording; computed once, then kept under ``cache/``.

    Raises
    ------
    NotFound : the recording is not kept here (any more).
    """
    store.path_of(sha256)  # a deleted recording must not live on in its drawing
    kept = cache / "waveforms" / f"{sha256}.json"
    if kept.exists():
        return outline([(low, high) for low, high in json.loads(kept.read_text())])
    slices = envelope(store.read(sha256).mono)
    write(kept, json.dumps(slices).encode())
    return outline(slices)
