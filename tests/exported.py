"""A small troupe whose recordings may leave, and a manifest of them."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import yesand
from small_troupe import START, ask, troupe
from yesand.agreements.drafts import Draft
from yesand.agreements.templates import standard
from yesand.agreements.vocabulary import Material
from yesand.corpus import services as corpus
from yesand.corpus.exporting.services import export_to
from yesand.corpus.models import Export, Manifest


def open_terms() -> Draft:
    """Return the standard recognition agreement, by which recordings may leave, too."""
    draft = standard("recognition", START)
    materials = {"materials": frozenset(Material)}
    return replace(draft, terms=draft.terms.model_copy(update=materials))


def manifest_of(house: yesand.House, folder: Path, material: Material = Material.RAW) -> Manifest:
    """Record a troupe and gate it for what a licensee asks."""
    if not folder.exists():
        troupe(house, folder, open_terms())
    made = corpus.gate(house.place, ask(house, material=material)).manifest
    return Manifest.objects.select_related("licensee", "entry").get(digest=made.digest)


def export(house: yesand.House, row: Manifest, form: str, out: Path) -> Export:
    """Export it once."""
    made, new = export_to(house.place, row, form, out)
    assert new
    return made
