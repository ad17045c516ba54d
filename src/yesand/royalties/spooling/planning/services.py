"""Planning when the spool is collected: rarely enough that batches are few, and soon enough."""

from __future__ import annotations

from datetime import timedelta

from django_tasks.base import TaskResultStatus
from django_tasks_db.models import DBTaskResult

from yesand.kernel.place import Place
from yesand.royalties.models import SpoolMark
from yesand.royalties.spooling.spool import segments
from yesand.royalties.spooling.tasks import collect_usage

#: How long an event waits at most, unless ``usage_collect_seconds`` in house.json says else.
EVERY = 300
#: How many bytes wait at most before that.
MOST = 16 * 1024 * 1024


def plan_collection(place: Place) -> bool:
    """Have the spool collected now, once, if it is due; tell whether it was planned."""
    if not due(place):
        return False
    under_way = DBTaskResult.objects.filter(
        task_path=collect_usage.module_path,
        status__in=[TaskResultStatus.READY, TaskResultStatus.RUNNING],
    )
    if under_way.exists():
        return False
    collect_usage.enqueue()
    return True


def due(place: Place) -> bool:
    """Tell whether something waits long enough, or enough does."""
    found = segments(place.usage / "spool")
    if not found:
        return False
    marks = {mark.segment: mark for mark in SpoolMark.objects.all()}
    before = place.clock.now() - timedelta(seconds=every(place))
    size = 0
    for segment in found:
        mark = marks.get(segment.name)
        more = segment.size() - (mark.up_to if mark else 0)
        if more and (mark.at if mark else segment.born) <= before:
            return True
        size += more
    return size >= MOST


def every(place: Place) -> float:
    """Return how many seconds an event waits at most."""
    return float(place.settings.get("usage_collect_seconds", EVERY))
