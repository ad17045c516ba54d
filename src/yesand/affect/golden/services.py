"""Setting gold, and reading what holds."""

from __future__ import annotations

import csv
import io
from pathlib import Path

from django.db import transaction

from yesand.affect.models import Gold
from yesand.affect.rating.finding.services import Takes
from yesand.affect.rating.report import RatingReport
from yesand.affect.spaces import categories
from yesand.kernel.clock import stamp
from yesand.kernel.errors import BadInput
from yesand.kernel.ids import digest_of
from yesand.kernel.place import Place
from yesand.provenance import services as log
from yesand.provenance.kinds import Kind
from yesand.takes.models import Take


def set_gold(place: Place, take: Take, space: str, label: str) -> tuple[Gold, bool]:
    """Agree on what a take expresses; an empty label takes that back. Return whether it is new.

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
        if last is not None and last.label == label:
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

    Raises
    ------
    BadInput : no such CSV. NotFound : no such space.
    """
    known, report, takes = categories(space), RatingReport(path.name), Takes()
    for number, name, label in _rows(path):
        try:
            _, new = set_gold(place, takes.named(name), known.name, label)
        except BadInput as fault:
            report.bad.append((number, fault.sentence()))
            continue
        report.new += new
        report.known += not new
    return report


def gold(space: str) -> dict[str, str]:
    """Return the label that holds of each take of a space, by the take's hash."""
    rows = Gold.objects.filter(space=categories(space).id).order_by("entry_id")
    told = dict(rows.values_list("take__sha256", "label"))
    return {sha256: label for sha256, label in told.items() if label}


def _rows(path: Path) -> list[tuple[int, str, str]]:
    try:
        text = path.read_text("utf-8-sig")
    except (OSError, UnicodeDecodeError) as fault:
        raise BadInput(f"Cannot be read: {fault}", where=str(path)) from fault
    reader = csv.DictReader(io.StringIO(text, newline=""))
    names = {name.strip().lower(): name for name in reader.fieldnames or ()}
    if not {"take", "label"} <= set(names):
        raise BadInput("The first line must name take and label", where=str(path))
    return [
        (reader.line_num, (row[names["take"]] or "").strip(), (row[names["label"]] or "").strip())
        for row in reader
    ]
