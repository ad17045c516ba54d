"""``yesand disclose`` and ``audit``: that manifests are exactly what was permitted, offline."""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path
from typing import Annotated

import typer

import yesand
from yesand.cli.output import AsJson, HouseFolder, progressing, tell
from yesand.corpus.auditing.audit import audit as audited
from yesand.kernel.errors import BadInput
from yesand.provenance.disclosure import read
from yesand.provenance.note import Verifier


def add_to(app: typer.Typer) -> None:
    """Add this noun's commands."""
    app.command("disclose")(disclose)
    app.command("audit")(audit)


def disclose(
    out: Annotated[Path, typer.Argument(help="The file to write, e.g. disclosure.jsonl.")],
    house: HouseFolder,
    as_json: AsJson = False,
) -> None:
    """Lay the log open for an auditor: takes, agreements, withdrawals, manifests; nothing else."""
    place = yesand.open(house).place
    from yesand.corpus.disclosing.services import disclose as disclosing
    from yesand.provenance.services import key_of

    with progressing("Disclosing", as_json=as_json) as progress:
        size = disclosing(place, out.absolute(), progress)
    key = str(key_of(place))
    tell(
        {"out": str(out), "size": size, "key": key},
        f"{size:,} entries, laid open for auditors: {out}",
        "It names performers by handle and holds what they signed: give it to auditors alone.",
        f"Check it: yesand audit {out} --key {key}",
        as_json=as_json,
    )


def audit(
    disclosure: Annotated[Path, typer.Argument(help="What `yesand disclose` wrote.")],
    key: Annotated[
        str, typer.Option(help="The log's key, as its house publishes it (name+id+base64).")
    ] = "",
    checkpoint: Annotated[
        Path | None, typer.Option(help="A checkpoint that you kept: the log must begin with it.")
    ] = None,
    manifest: Annotated[
        list[Path] | None, typer.Option(help="A manifest that you had from somebody else.")
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Decide every manifest again, offline, and show what was withdrawn absent from later ones."""
    log = read(disclosure, Verifier.parse(key) if key else None)
    if checkpoint is not None:
        log.begins_with(_bytes(checkpoint))
    found = audited(log, [(str(path), _bytes(path)) for path in manifest or ()])
    tell(asdict(found), *found.lines(compared=bool(key)), as_json=as_json)


def _bytes(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError as fault:
        raise BadInput(f"Cannot read: {fault.strerror}", where=str(path)) from fault
