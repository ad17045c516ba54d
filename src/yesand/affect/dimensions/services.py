"""What raters in the registry said of takes on axes."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from yesand.affect.dimensions.said import Line, Said
from yesand.affect.models import Rating
from yesand.affect.rating.given import AXES
from yesand.affect.spaces import Dimensions, dimensions

#: As many hashes in one query as any database takes.
_CHUNK = 500


def rated(takes: Sequence[str], modality: str = "voice") -> list[Said]:
    """Return what raters said of takes (by hash) on axes, from −1 to 1, in the log's order.

    Whatever the scale is, its range goes over exactly. A rater's first rating of a take that has
    values counts, as it is now that they have corrected it, and the first that has a trace; as
    ``evaluating.services.known`` counts votes.
    """
    valued: dict[tuple[str, str], Said] = {}
    traced: dict[tuple[str, str], Said] = {}
    for row in _rows(takes, modality):
        whose, scale = (row.take.sha256, row.rater.name), dimensions(row.scale)
        if row.axes:
            valued.setdefault(whose, Said(*whose, axes=_axes(row.axes, scale)))
        if row.trace:
            traced.setdefault(whose, Said(*whose, trace=_trace(row.trace, scale)))
    return [*valued.values(), *traced.values()]


def _rows(takes: Sequence[str], modality: str) -> Iterator[Rating]:
    found = list[Rating]()
    for start in range(0, len(takes), _CHUNK):
        asked = takes[start : start + _CHUNK]
        rows = Rating.objects.filter(take__sha256__in=asked, modality=modality, followed_by=None)
        found += rows.exclude(scale="").select_related("take", "rater")
    return iter(sorted(found, key=lambda row: row.entry_id or 0))


def _axes(told: dict[str, int], scale: Dimensions) -> dict[str, float]:
    return {axis: scale.to_unit(v / 1000) for axis, v in told.items() if axis in AXES}


def _trace(told: dict[str, Any], scale: Dimensions) -> dict[str, Line]:
    return {
        axis: [(float(at), scale.to_unit(v / 1000)) for at, v in line]
        for axis, line in told.items()
        if axis in AXES
    }
