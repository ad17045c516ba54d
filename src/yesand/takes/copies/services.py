"""Looking for copies among a house's takes, and telling the producer of them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

from django.db import transaction

from yesand.kernel.errors import NotFound
from yesand.kernel.place import Place
from yesand.kernel.progress import Progress, silent
from yesand.takes.copies.finding import ENOUGH, Copy
from yesand.takes.copies.shelf import Shelf, copies_among
from yesand.takes.media import MediaStore
from yesand.takes.models import Take

#: Findings of a take: a copy of an earlier one of the same performer, or of somebody else's.
COPY, CLAIM = "copy", "claim"
_REASONS = {
    COPY: "A copy of an earlier take: it adds nothing to a corpus",
    CLAIM: "A copy of a take that another performer gave earlier",
}


def look(place: Place, progress: Progress = silent) -> list[Copy]:
    """Return the copies among all accepted takes, and note each with its take.

    What was noted before and holds no longer, since the earlier take was rejected, is taken off.
    """
    takes = Take.objects.filter(state=Take.State.ACCEPTED).order_by("entry_id")
    sounds = list(dict.fromkeys(takes.values_list("sha256", flat=True)))
    found = among(place, sounds, progress)
    with transaction.atomic():
        copied = {copy.take for copy in found}
        for take in takes.exclude(findings=[]).exclude(sha256__in=copied):
            _keep(take, _without(take.findings))
        note(found)
    return found


def among(place: Place, sounds: Sequence[str], progress: Progress = silent) -> list[Copy]:
    """Return the copies among recordings (SHA-256), the earliest first."""
    store = MediaStore(place.media)
    here = [(sha256, path) for sha256 in sounds if (path := _where(store, sha256))]
    return copies_among(here, Shelf(place.cache), progress)


def note(found: Iterable[Copy]) -> None:
    """Note with each copy what it is a copy of: the quality queue then shows it."""
    by_take = {copy.take: copy for copy in found}
    sounds = {*by_take, *(copy.of for copy in by_take.values())}
    rows = Take.objects.filter(sha256__in=sounds).order_by("entry_id")
    owner: dict[str, int] = {}
    for take in rows:
        owner.setdefault(take.sha256, take.performer_id)
    for take in rows:
        copy = by_take.get(take.sha256)
        if copy is not None and copy.of in owner:
            kind = COPY if owner[copy.of] == take.performer_id else CLAIM
            _keep(take, [*_without(take.findings), _finding(copy, kind)])


def _finding(copy: Copy, kind: str) -> dict[str, Any]:
    return {
        "finding": kind,
        "value": round(copy.likeness / 1e6, 3),
        "limit": ENOUGH,
        "reason": _REASONS[kind],
        "rejects": False,
        "of": copy.of,
    }


def _without(findings: Sequence[Mapping[str, Any]]) -> list[Mapping[str, Any]]:
    return [one for one in findings if one["finding"] not in _REASONS]


def _keep(take: Take, findings: Sequence[Mapping[str, Any]]) -> None:
    if take.findings != list(findings):
        Take.objects.filter(pk=take.pk).update(findings=list(findings))


def _where(store: MediaStore, sha256: str) -> Path | None:
    try:
        return store.path_of(sha256)
    except NotFound:
        return None
