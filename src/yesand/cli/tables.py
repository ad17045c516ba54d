"""Tables of numbers: which recordings they are of, and how they are written."""

from __future__ import annotations

import csv
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from yesand.kernel import durable
from yesand.kernel.errors import BadInput

VIDEO = frozenset({".mp4", ".mov", ".webm"})
SOUND = frozenset({".wav", ".flac", ".mp3", ".ogg"}) | VIDEO
_REMEDY = "Give WAV, FLAC, MP3 or OGG; or video as MP4, MOV or WebM."


def checked(out: Path) -> None:
    """Make sure that a table can be written by that name.

    Raises
    ------
    BadInput : neither .csv nor .npz.
    """
    if out.suffix not in (".csv", ".npz"):
        raise BadInput("Neither .csv nor .npz", where=str(out), remedy="Name the file so.")


def files(given: Sequence[Path], suffixes: frozenset[str] = SOUND) -> list[Path]:
    """Return what is named, and of folders what is called a recording.

    Raises
    ------
    BadInput : a folder without one.
    """
    found = []
    for path in given:
        inside = sorted(path.rglob("*")) if path.is_dir() else [path]
        if path.is_dir():
            inside = [p for p in inside if _called(p, suffixes)]
        if not inside:
            raise BadInput("No recording in this folder", where=str(path), remedy=_REMEDY)
        found += inside
    return found


def save(
    out: Path,
    paths: Sequence[Path],
    names: Sequence[str],
    rows: NDArray[np.float64] | NDArray[np.float32],
    **more: str,
) -> None:
    """Write rows, whole or not at all.

    Parameters
    ----------
    out : a .csv, whose first column names the file, or a .npz with rows, names and files.
    rows : shape (len(paths), len(names)).
    more : kept in the .npz beside them.
    """
    with durable.replacing(out) as partial:
        if out.suffix == ".npz":
            told: dict[str, Any] = {name: np.array(value) for name, value in more.items()}
            listed = np.array([*map(str, paths)])
            with partial.open("wb") as file:
                np.savez(file, rows=rows, names=np.array(names), files=listed, **told)
            return
        with partial.open("w", newline="", encoding="utf-8") as file:
            table = csv.writer(file)
            table.writerow(["file", *names])
            for path, row in zip(paths, rows.tolist(), strict=True):
                table.writerow([path, *map(repr, row)])


def _called(path: Path, suffixes: frozenset[str]) -> bool:
    return path.suffix.lower() in suffixes and not path.name.startswith(".") and path.is_file()
