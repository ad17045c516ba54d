"""mlcroissant: what it finds wrong with an export of the sample troupe, and whether it streams it.

The troupe of the sample house signs the standard recognition agreement, opened for recordings too,
so that both materials leave: recordings with their credentials, and features. Three cases each: no
error, no warning, and every take streamed once with its bytes as its row names them.
"""

from __future__ import annotations

import hashlib
import tempfile
import warnings
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import mlcroissant as mlc

import yesand
from conformance.outcome import Outcome
from yesand.agreements.drafts import Draft
from yesand.agreements.templates import standard
from yesand.agreements.vocabulary import Material
from yesand.takes.troupe.make import make_troupe

#: mlcroissant gives text as bytes, and a row's name with its record set's.
SET = "takes"


def run(folder: Path) -> Outcome:
    """Export the sample troupe in both materials, and hold each against mlcroissant."""
    with tempfile.TemporaryDirectory() as scratch:
        home = Path(scratch)
        house = yesand.create(home / "house", "Sample")
        house.import_corpus(make_troupe(home / "troupe"), agreement=_open(house))
        results: dict[str, str | None] = {}
        for material in Material:
            results |= _held(*_exported(house, material, home / material.value), material.value)
        house.close()
    return Outcome.of("croissant", results)


def _open(house: yesand.House) -> Draft:
    draft = standard("recognition", house.place.clock.now().date())
    everything = {"materials": frozenset(Material)}
    return replace(draft, terms=draft.terms.model_copy(update=everything))


def _exported(house: yesand.House, material: Material, out: Path) -> tuple[Path, int]:
    """Return the export's folder, and how many takes it must hold."""
    from yesand.corpus.exporting.services import export_to, manifest_row

    request = house.request(
        purpose="emotion-recognition",
        use_class="recognition",
        territory="DE",
        material=material.value,
    )
    found = house.gate(request)
    export_to(house.place, manifest_row(house.place, found.manifest.digest), "croissant", out)
    return out, found.permitted


def _held(folder: Path, takes: int, name: str) -> dict[str, str | None]:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # pandas has words for mlcroissant, not for us
        found = mlc.Dataset(jsonld=folder / "croissant.json")
        issues = found.metadata.ctx.issues
        streamed = list(_rows(found))
    named = {row["take"] for row in streamed}
    whole = len(streamed) == takes == len(named) and all(map(_as_named, streamed))
    return {
        f"{name}: errors": "; ".join(sorted(issues.errors)) or None,
        f"{name}: warnings": "; ".join(sorted(issues.warnings)) or None,
        f"{name}: records": None if whole else f"{len(streamed)} of {takes} streamed as named",
    }


def _rows(found: Any) -> Iterator[dict[str, Any]]:
    for record in found.records(SET):
        yield {name.removeprefix(f"{SET}/"): value for name, value in record.items()}


def _as_named(row: dict[str, Any]) -> bool:
    """Tell whether a recording's bytes are those that its row names; features come as numbers."""
    if "audio" not in row:
        return bool(len(row["features"]))
    return hashlib.sha256(row["audio"]).hexdigest() == bytes(row["sha256"]).decode()
