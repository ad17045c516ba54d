"""``yesand affect embed``: recordings as rows of an encoder that you bring."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Annotated

import typer

from yesand.cli.affect import group
from yesand.cli.output import AsJson, progressing, show, tell
from yesand.cli.tables import checked, files, save
from yesand.kernel.errors import BadInput


def add_to(_: typer.Typer) -> None:
    """Nothing more: the command joins ``yesand affect``."""


@group.command()
def embed(
    recordings: Annotated[list[Path], typer.Argument(help="Recordings, or folders of them.")],
    encoder: Annotated[Path, typer.Option(help="Its folder: config.json and safetensors.")],
    out: Annotated[Path, typer.Option(help="Where to write: a .csv, or NumPy's .npz.")],
    layer: Annotated[int, typer.Option(help="Whose frames; 0: the convolutions', -1: last.")] = -1,
    pooling: Annotated[str, typer.Option(help="mean, or mean+std.")] = "mean",
    batch: Annotated[int, typer.Option(min=1, help="Windows of 30 s at once, at most.")] = 8,
    device: Annotated[str, typer.Option(help="cpu, or cuda.")] = "cpu",
    cache: Annotated[Path | None, typer.Option(help="Keep rows here by content.")] = None,
    workers: Annotated[
        int | None, typer.Option(min=1, help="Processes; default: one a core.")
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Describe each recording by a self-supervised encoder: one row of numbers a take."""
    try:
        from yesand.affect.encoders.pooling import Pooling
        from yesand.affect.encoders.rows import Wanted
        from yesand.affect.encoders.rows import embed as embedded
    except ModuleNotFoundError as fault:
        raise BadInput(
            f"{fault.name} is missing", remedy='Install it: pip install "yesand[train,encoders]"'
        ) from fault
    checked(out)
    if pooling not in [*Pooling]:
        raise BadInput(f"No pooling {pooling!r}", remedy="Name mean or mean+std.")
    paths, wanted = files(recordings), Wanted(encoder, layer, Pooling(pooling), batch, device)
    many = 1 if device != "cpu" else workers or len(os.sched_getaffinity(0))
    with progressing("Listening", as_json=as_json) as progress:
        made = embedded(paths, wanted, min(many, len(paths)), progress, cache)
    save(out, paths, made.names, made.rows, version=made.version)
    told = {
        "recordings": len(paths),
        "columns": len(made.names),
        "version": made.version,
        "notes": [*made.notes],
        "out": str(out),
    }
    many_s = "s" * (len(paths) != 1)
    said = f"{len(paths):,} recording{many_s}, {len(made.names):,} numbers each, in {out}"
    tell(told, said, as_json=as_json)
    if not as_json:
        show(*made.notes)
