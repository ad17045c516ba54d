"""``yesand publish-log``, ``witness``, ``cosignatures``, ``compare``: others watch a log."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Annotated

import typer

import yesand
from yesand.cli.output import AsJson, HouseFolder, Line, progressing, styled, tell
from yesand.kernel import durable
from yesand.kernel.canonical import canonical
from yesand.provenance.note import Checkpoint, Note, Verifier, open_checkpoint
from yesand.provenance.witnessing import split
from yesand.provenance.witnessing.asking import Standing
from yesand.provenance.witnessing.witness import Witness
from yesand.provenance.witnessing.witnesses import quorum


def add_to(app: typer.Typer) -> None:
    """Add this noun's commands."""
    app.command("publish-log")(publish_log)
    app.command("witness")(witness)
    app.command("cosignatures")(cosignatures)
    app.command("compare")(compare)


def publish_log(
    folder: Annotated[Path, typer.Argument(help="What a web server serves; made if not there.")],
    house: HouseFolder,
    as_json: AsJson = False,
) -> int:
    """Write the log out as plain files for any web server: what is new, the checkpoint last.

    A published file that was edited or lost is put back and named; then it returns 1.
    """
    place = yesand.open(house).place
    from yesand.provenance.services import key_of, publish_files

    with progressing("Publishing", as_json=as_json) as progress:
        made = publish_files(place, folder.absolute(), progress)
    key = str(key_of(place))
    tell(
        {**asdict(made), "folder": str(folder), "key": key},
        f"{made.size:,} entries published, {made.size - made.before:,} of them new, "
        f"in {made.files:,} files: {folder}",
        *_mended(made.mended),
        f"Check it: yesand verify {folder} --key {key}",
        as_json=as_json,
    )
    return int(bool(made.mended))


def _mended(names: Sequence[str]) -> Iterator[Line]:
    if names:
        said = "[yellow]![/] {} published files were not as published, and are again: {}"
        more = f" and {len(names) - 5:,} more" if len(names) > 5 else ""
        yield styled(said, f"{len(names):,}", ", ".join(names[:5]) + more)
        yield "  Find out who can write there; what they served meanwhile, no proof led to."


def witness(
    keys: Annotated[Path, typer.Option(help="Its folder: its key, and what it has seen.")],
    listen: Annotated[
        int | None, typer.Option(min=1, max=65535, help="The port; without it, nothing is served.")
    ] = None,
    host: Annotated[str, typer.Option(help="The address to listen on.")] = "127.0.0.1",
    name: Annotated[str, typer.Option(help="What a new one is called: union.example/w1")] = "",
    log: Annotated[
        list[str] | None, typer.Option(help="The key of a log to watch from now on.")
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Be a witness: cosign what a log grows to, and never two trees that are not one log's."""
    made = Witness.open(keys, name)
    for key in log or ():
        made.watch(Verifier.parse(key))
    watched = [str(key) for key in made.logs]
    told = {"key": str(made.key), "logs": watched, "splits": [str(p) for p in made.splits]}
    lines = [f"Its key: {made.key}", *(f"It watches {key}" for key in watched)]
    lines += [f"PROOF THAT A LOG LIED: {path}" for path in made.splits]
    tell(told, *lines, as_json=as_json)
    if listen is not None:
        from yesand.provenance.witnessing.serving import serve

        serve(made, host, listen)


def cosignatures(house: HouseFolder, as_json: AsJson = False) -> int:
    """Ask the witnesses for cosignatures on the log's checkpoint; tell where each stands."""
    place = yesand.open(house).place
    from yesand.provenance.services import ask_witnesses

    held, head = ask_witnesses(place)
    now = [s for s in held if not s.fault and s.size == head.size]
    enough = quorum(len(held))
    told = {
        "size": head.size,
        "quorum": enough,
        "reached": bool(held) and len(now) >= enough,
        "witnesses": [{"name": s.name, "size": s.size, "at": s.at, "fault": s.fault} for s in held],
    }
    tell(told, *_lines(held, len(now), enough, head), as_json=as_json)
    return 1 if any(s.fault for s in held) else 0


def _lines(held: list[Standing], now: int, enough: int, head: Checkpoint) -> list[Line]:
    if not held:
        return ["No witness is named (YESAND_WITNESSES)."]
    lines: list[Line] = [
        styled("[red]✗[/] {}: {}", s.name, s.fault)
        if s.fault
        else styled("[green]✓[/] {} cosigned {} entries at {}", s.name, f"{s.size:,}", s.at)
        for s in held
    ]
    return [*lines, f"{now} of {len(held)} cosigned {head.size:,} entries; {enough} are enough."]


def compare(
    kept: Annotated[Path, typer.Argument(help="A checkpoint of this log that somebody kept.")],
    house: HouseFolder,
    out: Annotated[Path, typer.Option(help="Where to write the proof, if they differ.")] = Path(
        "split.json"
    ),
    as_json: AsJson = False,
) -> int:
    """Tell whether a kept checkpoint is this log's; if not, write the proof that it lied."""
    place = yesand.open(house).place
    from yesand.provenance.services import checkpoint, key_of, log_of

    key, theirs = key_of(place), Note.parse(kept.read_bytes())
    head = open_checkpoint(bytes(theirs), key.name, key.public)
    ours, log = Note.parse(checkpoint(place)), log_of(place)
    told = {"size": head.size, "ours": log.size}
    if head.size > log.size:
        line = f"It covers {head.size:,} entries, and this log has only {log.size:,}."
        tell({**told, "proven": False}, f"Not proven either way: {line}", as_json=as_json)
        return 1
    root, path = log.root(head.size), log.consistency(head.size)
    proven = split.found(key, [theirs, ours], root, path)
    if proven is None:
        tell(
            {**told, "split": False},
            f"It begins this log: {head.size:,} of {log.size:,} entries.",
            as_json=as_json,
        )
        return 0
    durable.write(out.resolve(), canonical(proven.as_json()) + b"\n")
    tell(
        {**told, "split": True, "proof": str(out)},
        f"TWO DIFFERENT LOGS were signed. The proof: {out}",
        as_json=as_json,
    )
    return 1
