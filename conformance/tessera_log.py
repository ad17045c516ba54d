"""transparency-dev/tessera: a log that another program wrote, read and written again by ours."""

from __future__ import annotations

import tempfile
from collections.abc import Callable
from functools import partial
from pathlib import Path

from conformance.outcome import Outcome
from yesand.kernel.errors import YesAndError
from yesand.kernel.keys import Signer
from yesand.provenance import merkle
from yesand.provenance.audit import audit
from yesand.provenance.note import Note, Verifier, open_checkpoint
from yesand.provenance.tiles import Log

#: The key that Tessera publishes with its test log.
KEY = "example.com/log/testdata+33d7b496+AeHTu4Q3hEIMHNqc6fASMsq3rKNx280NI+oO5xCFkkSx"


def run(folder: Path) -> Outcome:
    """Check 16 signatures and 16 roots, and that our writer makes the same files."""
    source = folder / "tessera-log" / "testdata" / "log"
    key = Verifier.parse(KEY)
    theirs = Log(source, key.name, public=key.public)
    results = {"audit": _fault(lambda: audit(theirs))}
    entries = list(theirs.entries(0, theirs.size))
    for size in range(theirs.size + 1):
        data = (source / f"checkpoint.{size}").read_bytes()
        results[f"signature {size}"] = _fault(partial(open_checkpoint, data, key.name, key.public))
        results[f"root {size}"] = _root(data, key, entries[:size])
    with tempfile.TemporaryDirectory() as scratch:
        ours = Log(Path(scratch) / "log", key.name, Signer.generate())
        for entry in entries:
            ours.append([entry])
        for path in sorted(p for p in source.joinpath("tile").rglob("*") if p.is_file()):
            name = str(path.relative_to(source))
            results[name] = _same(path, ours.folder / name)
        results["no other files"] = _extra(source / "tile", ours.folder / "tile")
        text = Note.parse(ours.checkpoint()).text
        same = text == Note.parse(theirs.checkpoint()).text
        results["checkpoint text"] = None if same else f"ours is {text!r}"
    return Outcome.of("tessera-log", results)


def _fault(work: Callable[[], object]) -> str | None:
    try:
        work()
    except YesAndError as fault:
        return fault.sentence()
    return None


def _root(data: bytes, key: Verifier, entries: list[bytes]) -> str | None:
    head = open_checkpoint(data, key.name, key.public)
    right = head.size == len(entries) and head.root == merkle.root(map(merkle.leaf_hash, entries))
    return None if right else "the root is not that of the entries"


def _same(theirs: Path, ours: Path) -> str | None:
    if not ours.exists():
        return "ours is missing"
    return None if theirs.read_bytes() == ours.read_bytes() else "ours has other bytes"


def _extra(theirs: Path, ours: Path) -> str | None:
    named = [{str(p.relative_to(root)) for p in root.rglob("*")} for root in (theirs, ours)]
    more = sorted(named[1] - named[0])
    return f"ours also has {more}" if more else None
