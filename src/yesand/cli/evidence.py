"""``yesand verify``: check evidence offline, without the house."""

from __future__ import annotations

from dataclasses import asdict
from datetime import UTC, datetime
from pathlib import Path
from tarfile import is_tarfile
from typing import Annotated, Any

import typer

import yesand
from yesand.agreements import receipt
from yesand.agreements.consent import receipt as consent
from yesand.cli.attested import attested
from yesand.cli.output import AsJson, tell
from yesand.corpus.auditing.audit import audit as audit_of
from yesand.corpus.exporting.copies import Copy
from yesand.corpus.exporting.folder import RECEIPT
from yesand.corpus.exporting.receipt import Receipt
from yesand.corpus.exporting.texts import SUMS
from yesand.kernel.canonical import parse
from yesand.kernel.clock import stamp
from yesand.kernel.errors import BadInput
from yesand.provenance.audit import audit
from yesand.provenance.disclosure import is_disclosure, read
from yesand.provenance.note import Note, Verifier
from yesand.provenance.proof import Proof
from yesand.provenance.tiles import Log
from yesand.provenance.witnessing import split

Key = Annotated[
    str, typer.Option(help="The log's key, as its house publishes it (name+id+base64).")
]

Witnesses = Annotated[
    list[str] | None,
    typer.Option("--witness", help="The key of a witness that must have cosigned a log proof."),
]


def add_to(app: typer.Typer) -> None:
    """Add this noun's commands."""
    app.command("verify")(verify)


def verify(
    evidence: Annotated[
        Path,
        typer.Argument(
            help="An evidence bundle, an agreement's or a consent receipt, a log proof, a "
            "manifest, a signed statement or report, an ODRL agreement, an exported folder, a "
            "log's published files, or its disclosure."
        ),
    ],
    key: Key = "",
    witness: Witnesses = None,
    model: Annotated[
        Path | None,
        typer.Option(help="The folder of a reliance report's model: computes the report again."),
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Check every signature, proof and figure of a piece of evidence, trusting nobody."""
    trusted = [Verifier.parse(told) for told in witness or ()]
    told, lines = _checked(evidence, Verifier.parse(key) if key else None, trusted, model)
    tell(told, *lines, as_json=as_json)
    if told.get("missing"):
        raise typer.Exit(1)


def _checked(
    path: Path, key: Verifier | None, witnesses: list[Verifier], model: Path | None
) -> tuple[dict[str, Any], list[str]]:
    head = _beginning(path)
    if (path / "checkpoint").exists():
        return _log(path, key)
    if head.startswith(b"c2sp.org/tlog-proof"):
        return _proof(path, key, witnesses)
    if path.is_dir() and not any((path / name).exists() for name in (RECEIPT, SUMS)):
        raise BadInput("A folder that is no export and no published log", where=str(path))
    if path.is_dir() or path.name == RECEIPT or (path.is_file() and is_tarfile(path)):
        return _exported(path, key)
    if is_disclosure(head):
        found = audit_of(read(path, key))
        return asdict(found), found.lines(compared=key is not None)
    if head.lstrip().startswith(b"{"):
        return _signed(path, key, model)
    verdict = yesand.verify(path, origin=key.name if key else None)
    return asdict(verdict), verdict.lines()


def _signed(
    path: Path, key: Verifier | None, model: Path | None
) -> tuple[dict[str, Any], list[str]]:
    told = parse(path.read_bytes(), where=str(path))
    if consent.is_receipt(told):
        consented = consent.check(told, key)
        return asdict(consented), consented.lines()
    if split.is_split(told):
        return _split(split.Split.read(told), key)
    if isinstance(told, dict) and told.get("format") == receipt.FORMAT:
        found = receipt.check(told, key)
        return asdict(found), found.lines()
    other = attested(told, path, key, model)
    if other is None:
        raise BadInput(
            "Not evidence that we know",
            where=str(path),
            remedy="Give a bundle, receipt, proof, manifest, report, statement or export of ours.",
        )
    return other


def _log(path: Path, key: Verifier | None) -> tuple[dict[str, Any], list[str]]:
    """Check a log's published files: every tile against its entries, all against the key."""
    if key is None:
        raise _keyless("A log", path)
    head = audit(Log(path, key.name, public=key.public))
    told = {"origin": head.origin, "size": head.size, "root": head.root.hex()}
    return told, [
        f"log: {head.size:,} entries of {head.origin}, every tile, the root and the signature hold",
        f"root {head.root.hex()}",
    ]


def _keyless(what: str, path: Path) -> BadInput:
    return BadInput(
        f"{what} needs the log's key",
        where=str(path),
        remedy="Give it with --key, as the house's log page shows it.",
    )


def _exported(path: Path, key: Verifier | None) -> tuple[dict[str, Any], list[str]]:
    """Check an exported folder or archive, or its receipt with the files beside it."""
    alone = path.name == RECEIPT and not (path.parent / SUMS).exists()
    copy = None if alone else Copy.of(path.parent if path.name == RECEIPT else path)
    receipt = copy.receipt if copy else path.read_bytes()
    checked = Receipt.of_bytes(receipt, where=str(path)).check(copy, key)
    return asdict(checked), checked.lines()


def _beginning(path: Path) -> bytes:
    try:
        with path.open("rb") as file:
            return file.read(32)
    except OSError:
        return b""  # told by what reads it in earnest


def _split(proof: split.Split, key: Verifier | None) -> tuple[dict[str, Any], list[str]]:
    first, second = proof.check(key)
    heads = [{"size": head.size, "root": head.root.hex()} for head in (first, second)]
    return {"origin": first.origin, "split": True, "signed": heads}, [
        f"PROVEN: the log {first.origin} has signed two trees that cannot be one log's",
        *(f"{head.size:,} entries, root {head.root.hex()}" for head in (first, second)),
    ]


def _proof(
    path: Path, key: Verifier | None, witnesses: list[Verifier]
) -> tuple[dict[str, Any], list[str]]:
    if key is None:
        raise _keyless("A log proof", path)
    proof = Proof.parse(path.read_bytes())
    head = proof.verify(proof.extra, key.name, key.public, witnesses)
    vouched = Note.parse(proof.checkpoint).cosignatures(witnesses)
    entry = parse(proof.extra, where="entry")
    told = {"index": proof.index, "size": head.size, "root": head.root.hex(), "entry": entry}
    told["witnesses"] = [witness.name for witness in vouched]
    return told, [
        f"log: entry {proof.index:,} is in the log of {head.size:,} entries",
        f"{entry['kind']} at {entry['at']}, commitment {entry['commitment']}",
        *(f"cosigned by {w.name} at {_moment(line.moment)}" for w, line in vouched.items()),
    ]


def _moment(seconds: int) -> str:
    """Name a moment that anybody may have written: it need not be one of the calendar."""
    try:
        return stamp(datetime.fromtimestamp(seconds, UTC))
    except (ValueError, OverflowError, OSError):
        return str(seconds)
