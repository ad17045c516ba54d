"""``yesand affect prosody``: recordings as rows of numbers, for whatever reads a table."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Annotated

import typer

from yesand.cli.affect import group
from yesand.cli.output import AsJson, progressing, tell
from yesand.cli.tables import checked, files, save
from yesand.kernel.errors import BadInput


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
    checked(out)
    paths = files(recordings)
    with progressing("Listening", as_json=as_json) as progress:
        made = rows(paths, workers or len(os.sched_getaffinity(0)), progress)
    save(out, paths, NAMES, made)
    said = f"{len(paths):,} recordings, {len(NAMES):,} numbers each, in {out}"
    tell({"recordings": len(paths), "columns": len(NAMES), "out": str(out)}, said, as_json=as_json)
