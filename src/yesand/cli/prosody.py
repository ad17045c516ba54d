"""``yesand affect prosody``: recordings as rows of numbers, for whatever reads a table."""

from __future__ import annotations

import csv
import os
from collections.abc import Sequence
from pathlib import Path
from typing import Annotated

import numpy as np
import typer
from numpy.typing import NDArray

from yesand.cli.affect import group
from yesand.cli.output import AsJson, progressing, tell
from yesand.kernel import durable
from yesand.kernel.errors import BadInput

_SUFFIXES = {".wav", ".flac", ".mp3", ".ogg"}
_REMEDY = "Give WAV, FLAC, MP3 or OGG."


def add_to(_: typer.Typer) -> None:
    """Nothing more: the command joins ``yesand affect``."""


@group.command()
def prosody(
    recordings: Annotated[list[Path], typer.Argument(help="Recordings, or folders of them.")],
    out: Annotated[Path, typer.Option(help="Where to write: a .csv, or NumPy's .npz.")],
    workers: Annotated[
        int | None, typer.Option(min=1, help="Processes; default: one a core.")
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Describe how each recording is said: pitch, voice quality, spectrum, timing, rhythm."""
    try:
        from yesand.affect.prosody.rows import NAMES, rows
    except ModuleNotFoundError as fault:
        raise BadInput(
            f"{fault.name} is missing", remedy='Install it: pip install "yesand[train]"'
        ) from fault
    if out.suffix not in (".csv", ".npz"):
        raise BadInput("Neither .csv nor .npz", where=str(out), remedy="Name the file so.")
    paths = _files(recordings)
    with progressing("Listening", as_json=as_json) as progress:
        made = rows(paths, workers or len(os.sched_getaffinity(0)), progress)
    with durable.replacing(out) as partial:
        _save(partial, out.suffix, paths, NAMES, made)
    said = f"{len(paths):,} recordings, {len(NAMES):,} numbers each, in {out}"
    tell({"recordings": len(paths), "columns": len(NAMES), "out": str(out)}, said, as_json=as_json)


def _files(given: Sequence[Path]) -> list[Path]:
    """Return what is named, and of folders what is called a recording."""
    found = []
    for path in given:
        inside = sorted(p for p in path.rglob("*") if _called_so(p)) if path.is_dir() else [path]
        if not inside:
            raise BadInput("No recording in this folder", where=str(path), remedy=_REMEDY)
        found += inside
    return found


def _called_so(path: Path) -> bool:
    return path.suffix.lower() in _SUFFIXES and not path.name.startswith(".") and path.is_file()


def _save(
    partial: Path,
    form: str,
    paths: Sequence[Path],
    names: Sequence[str],
    rows: NDArray[np.float64],
) -> None:
    if form == ".npz":
        with partial.open("wb") as file:
            np.savez(file, rows=rows, names=np.array(names), files=np.array([*map(str, paths)]))
        return
    with partial.open("w", newline="", encoding="utf-8") as file:
        table = csv.writer(file)
        table.writerow(["file", *names])
        for path, row in zip(paths, rows.tolist(), strict=True):
            table.writerow([path, *map(repr, row)])
