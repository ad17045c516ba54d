"""Whether the house is well: its registry, its log, and the work that is done later."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from django.db import DatabaseError, connection
from django_tasks_db.models import DBTaskResult

from yesand.kernel.errors import YesAndError
from yesand.kernel.place import Place
from yesand.provenance.models import Entry
from yesand.site.checkpoint import latest

#: Work that waits longer than this has nobody who does it.
LATE = timedelta(minutes=15)


def checkup(place: Place) -> dict[str, Any]:
    """Return what is well and what is not; ``ok`` if pages and records can be relied on."""
    database, log, worker = _database(), _log(place), _worker(place)
    ok = database["ok"] and log["ok"]
    return {"ok": ok, "database": database, "log": log, "worker": worker}


def _database() -> dict[str, Any]:
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1")
            return {"ok": cursor.fetchone() == (1,), "kind": connection.vendor}
    except DatabaseError:
        return {"ok": False, "kind": connection.vendor}


def _log(place: Place) -> dict[str, Any]:
    """Say whether the checkpoint is signed by this house, and how many entries it lacks."""
    try:
        head = latest(place)
        size = head.size if head else 0
        last = Entry.objects.order_by("-index").values_list("index", flat=True).first()
        behind = max(0, (0 if last is None else last + 1) - size)
        return {"ok": True, "size": size, "unpublished": behind}
    except (YesAndError, DatabaseError, OSError):
        return {"ok": False, "size": None, "unpublished": None}


def _worker(place: Place) -> dict[str, Any]:
    """Say how much work waits, and whether some of it has waited too long (`yesand work`)."""
    try:
        now, waiting = place.clock.now(), DBTaskResult.objects.ready()
        late = waiting.filter(enqueued_at__lt=now - LATE).exclude(
            run_after__range=(now - LATE, now)
        )
        return {"ok": not late.exists(), "waiting": waiting.count()}
    except DatabaseError:
        return {"ok": False, "waiting": None}
