"""Telling which takes a manifest of this house holds."""

from __future__ import annotations

from collections.abc import Iterable

from yesand.corpus.membership import holds, index_of
from yesand.corpus.models import Manifest
from yesand.corpus.services import find
from yesand.kernel.place import Place


def held_entries(place: Place, manifest: Manifest, entries: Iterable[int]) -> list[int]:
    """Return those of some takes, named by their log entries, that a manifest permits.

    Raises
    ------
    ManifestBroken : its file was changed.
    """
    index = place.cache / "members" / f"{manifest.digest}.npy"
    if not index.exists():
        index_of((take.entry for take in find(place, manifest.digest).takes), index)
    return [entry for entry in entries if holds(index, entry)]
