"""Setting gold, and reading what holds."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from django.db import transaction

from yesand.affect.models import Gold
from yesand.affect.rating.finding.services import Takes
from yesand.affect.rating.report import RatingReport
from yesand.affect.rating.table import Line, lines
from yesand.affect.spaces import categories
from yesand.kernel.clock import stamp
from yesand.kernel.errors import BadInput
from yesand.kernel.ids import digest_of
from yesand.kernel.place import Place
from yesand.provenance import services as log
from yesand.provenance.kinds import Kind
from yesand.takes.models import Take


def set_gold(place: Place, take: Take, space: str, label: str) -> tuple[Gold | None, bool]:
    """Agree on what a take expresses; an empty label takes that back. Return whether it is new.

    To take back what was never set is nothing new, and none is returned.

    Raises
    ------
    BadInput : a label outside the space. NotFound : no such space.
    """
    known = categories(space)
    if label:
        known.checked(label)
    with transaction.atomic():
        log.wait_to_write()
        last = Gold.objects.filter(take=take, space=known.id).last()
        if label == (last.label if last else ""):
            return last, False
        now = place.clock.now()
        payload = {
            "at": stamp(now),
            "before": last.entry.record if last else None,
            "label": label,
            "space": known.id,
            "take": take.sha256,
        }
        entry = log.record(place, Kind.GOLD_SET, digest_of(payload))
        made = Gold.objects.create(take=take, space=known.id, label=label, at=now, entry=entry)
    return made, True


def import_gold(place: Place, path: Path, space: str) -> RatingReport:
    """Set gold from a CSV with the columns ``take`` and ``label``; again changes nothing.

    Of a take that is there twice the first row that can be taken holds, and the other is bad.

    Raises
    ------
    BadInput : no such CSV. NotFound : no such space.
    """
    known, report, takes = categories(space), RatingReport(path.name), Takes()
    seen: dict[str, int] = {}
    for line in _lines(path):
        try:
            told = line.checked()
            take = takes.named(told["take"])
            if take.sha256 in seen:
                raise BadInput(f"This take is in row {seen[take.sha256]} already")
            _, new = set_gold(place, take, known.id, told["label"])
            seen[take.sha256] = line.number
        except BadInput as fault:
            report.bad.append((line.number, fault.sentence()))
            continue
        report.new += new
        report.known += not new
    return report


def gold(space: str) -> dict[str, str]:
    """Return the label that holds of each take of a space, by the take's hash."""
    rows = Gold.objects.filter(space=categories(space).id).order_by("entry_id")
    told = dict(rows.values_list("take__sha256", "label"))
    return {sha256: label for sha256, label in told.items() if label}


def _lines(path: Path) -> Iterator[Line]:
    columns = ("take", "label")
    try:
        return lines(path.read_bytes(), str(path), columns, columns)
    except OSError as fault:
        raise BadInput(f"Cannot be read: {fault.strerror}", where=str(path)) from fault
