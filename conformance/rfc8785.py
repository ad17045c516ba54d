"""cyberphone/json-canonicalization: the RFC's own authors' input and output pairs."""

from __future__ import annotations

from pathlib import Path

from conformance.outcome import Outcome
from yesand.kernel.canonical import canonical, parse
from yesand.kernel.errors import YesAndError


def run(folder: Path) -> Outcome:
    """Canonicalise each input; the bytes must be the output's."""
    root = folder / "rfc8785" / "testdata"
    inputs = sorted((root / "input").glob("*.json"))
    return Outcome.of("rfc8785", {p.name: _fault(p, root / "output" / p.name) for p in inputs})


def _fault(given: Path, wanted: Path) -> str | None:
    try:
        made = canonical(parse(given.read_bytes()))
    except YesAndError as fault:
        return fault.sentence()
    return None if made == wanted.read_bytes() else "other bytes"
