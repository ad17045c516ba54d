"""``yesand affect face``: videos as rows of facial expression."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import numpy as np
import typer

from yesand.cli.affect import group
from yesand.cli.output import AsJson, progressing, table, tell
from yesand.cli.tables import VIDEO, checked, files, save
from yesand.kernel import durable
from yesand.kernel.errors import BadInput

if TYPE_CHECKING:
    from yesand.affect.face.track import Track


def add_to(_: typer.Typer) -> None:
    """Nothing more: the command joins ``yesand affect``."""


@group.command()
def face(
    videos: Annotated[list[Path], typer.Argument(help="Videos, or folders of them.")],
    out: Annotated[Path, typer.Option(help="Where to write: a .csv, or NumPy's .npz.")],
    task: Annotated[
        Path | None, typer.Option(help="face_landmarker.task; or set YESAND_FACE_TASK.")
    ] = None,
    tracks: Annotated[
        Path | None, typer.Option(help="Write each frame's expression into this folder too.")
    ] = None,
    sync: Annotated[bool, typer.Option(help="Compare lips with voice.")] = False,
    cache: Annotated[Path | None, typer.Option(help="Keep rows here by content.")] = None,
    as_json: AsJson = False,
) -> None:
    """Describe each video's face: expression and pose, and nothing to know it by again."""
    from yesand.affect.face.functionals import NAMES, functionals
    from yesand.affect.face.reader import FaceReader
    from yesand.affect.face.rows import rows, version_of
    from yesand.affect.face.rows import tracks as followed

    checked(out)
    paths = files(videos, VIDEO)
    _apart(paths, tracks)
    if cache and (tracks or sync):
        raise BadInput(
            "The cache keeps rows, and not what --tracks and --sync need",
            remedy="Leave out --cache, or ask for the two in a run of their own.",
        )
    reader = FaceReader.open(task)
    found: Sequence[Track] = ()
    with progressing("Looking", as_json=as_json) as progress:
        if tracks or sync:
            found = followed(paths, reader, progress)
            made = np.array([functionals(one) for one in found])
        else:
            made = rows(paths, reader, progress, cache)
    save(out, paths, NAMES, made, version=version_of(reader))
    if tracks:
        _save(tracks, paths, found, reader.version)
    lips = _lips(paths, found) if sync else []
    told = {
        "videos": len(paths),
        "columns": len(NAMES),
        "version": version_of(reader),
        "out": str(out),
        "sync": lips,
    }
    said = f"{len(paths):,} video{'s' * (len(paths) != 1)}, {len(NAMES):,} numbers each, in {out}"
    tell(told, said, as_json=as_json)
    if lips and not as_json:
        table("Lips and voice", ["file", ">ms late", ">likeness", "so"], [_row(x) for x in lips])


def _apart(paths: Sequence[Path], tracks: Path | None) -> None:
    """Refuse, before hours of work, two videos whose tracks would be one file."""
    twice = [name for name, count in Counter(p.stem for p in paths).items() if count > 1]
    if tracks and twice:
        raise BadInput(
            f"Several videos are called {', '.join(sorted(twice))}: their tracks would be one file",
            remedy="Rename them, or give each folder a run and a folder of tracks of its own.",
        )


def _save(folder: Path, paths: Sequence[Path], found: Sequence[Track], version: str) -> None:
    from yesand.affect.face.rows import save as written

    folder.mkdir(parents=True, exist_ok=True)
    for path, track in zip(paths, found, strict=True):
        with durable.replacing(folder / f"{path.stem}.npz") as partial:
            written(partial, track, version)


def _lips(paths: Sequence[Path], found: Sequence[Track]) -> list[dict[str, Any]]:
    from yesand.affect.face.rows import in_time

    told = []
    for path, track in zip(paths, found, strict=True):
        one = in_time(path, track)
        known: dict[str, Any] = {"file": str(path), "late_ms": None, "likeness": None, "so": ""}
        if one is None:
            known["so"] = "cannot be told"
        else:
            so = "in time" if one.good else "out of time"
            known |= {"late_ms": round(one.late_ms), "likeness": round(one.likeness, 2)}
            known["so"] = so if one.sure else "lips and voice are not alike"
        told.append(known)
    return told


def _row(one: dict[str, Any]) -> tuple[str, ...]:
    figures = ("–" if one[key] is None else str(one[key]) for key in ("late_ms", "likeness"))
    return (Path(one["file"]).name, *figures, one["so"])
