"""Collecting the spool: what came event by event becomes one batch an organisation.

How far a segment was collected is noted in the very transaction that makes its events count. So
whatever dies in between, each line becomes part of exactly one collection.
"""

from __future__ import annotations

import os
from collections import defaultdict
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from yesand.kernel import durable
from yesand.kernel.ids import digest_file
from yesand.kernel.place import Place
from yesand.people.models import Organisation, User
from yesand.royalties.delivering.services import own_deployments, record
from yesand.royalties.models import SpoolMark
from yesand.royalties.spooling.lines import judged
from yesand.royalties.spooling.spool import Owner, Segment, segments

if TYPE_CHECKING:
    from yesand.royalties.metering.services import MeterReport

#: Seconds after which a segment that was begun and never locked is a dead process's.
_FORGOTTEN = 3600


@dataclass(frozen=True)
class Piece:
    """A part of a segment: whole lines that no collection has taken yet."""

    segment: Segment
    since: int
    until: int


def collect(place: Place) -> list[MeterReport]:
    """Count what the spool holds, one batch an organisation; return what became of each.

    Again, and after being killed anywhere, it goes on where it was.
    """
    if not segments(place.usage / "spool"):
        return []
    from yesand.royalties.metering.services import using  # DuckDB and Ibis take long to load

    with using(place):
        found = [_taken(place, owner, pieces) for owner, pieces in waiting(place).items()]
        _retire(place.usage / "spool")
    return found


def waiting(place: Place) -> dict[Owner, list[Piece]]:
    """Return what is not collected yet, by whose it is."""
    marks = dict(SpoolMark.objects.values_list("segment", "up_to"))
    found = defaultdict(list)
    for segment in segments(place.usage / "spool"):
        since = marks.get(segment.name, 0)
        until = segment.whole(since)
        if until > since:
            found[segment.owner].append(Piece(segment, since, until))
    return dict(found)


def _taken(place: Place, owner: Owner, pieces: list[Piece]) -> MeterReport:
    from yesand.royalties.metering.services import metered  # likewise

    by = Organisation.objects.get(pk=owner.licensee)
    user = User.objects.get(pk=owner.user)
    with _joined(place, pieces) as path:
        sent = digest_file(path)

        def then(report: MeterReport) -> None:
            record(place, by, user, sent, report)
            _mark(place, pieces)

        return metered(place, path, deployments=own_deployments(by), then=then, judge=judged)


@contextmanager
def _joined(place: Place, pieces: list[Piece]) -> Iterator[Path]:
    """Yield a file with the pieces' lines. There is one at a time: the store is held."""
    path = place.usage / "incoming" / "collected.events"
    path.parent.mkdir(parents=True, exist_ok=True)
    try:
        file = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
        try:
            for piece in pieces:
                piece.segment.copy(piece.since, piece.until, file)
        finally:
            os.close(file)
        yield path
    except OSError as fault:
        raise durable.explained(fault, path) from fault
    finally:
        path.unlink(missing_ok=True)


def _mark(place: Place, pieces: list[Piece]) -> None:
    for piece in pieces:
        SpoolMark.objects.update_or_create(
            segment=piece.segment.name,
            defaults={"up_to": piece.until, "at": place.clock.now()},
        )


def _retire(folder: Path) -> None:
    """Remove segments that are collected and that nobody writes to; forget marks without one."""
    marks = dict(SpoolMark.objects.values_list("segment", "up_to"))
    for segment in segments(folder):
        with segment.alone() as alone:
            # A torn last line was never acknowledged: whoever sent it sends it again.
            if alone and segment.whole(marks.get(segment.name, 0)) == marks.get(segment.name, 0):
                segment.path.unlink()
    for begun in folder.glob("*.new"):
        with suppress(FileNotFoundError):
            if begun.stat().st_mtime < folder.stat().st_mtime - _FORGOTTEN:
                begun.unlink()
    durable.sync(folder)
    there = {segment.name for segment in segments(folder)}
    SpoolMark.objects.exclude(segment__in=there).delete()
