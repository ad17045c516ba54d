"""Planning when usage is looked at: an hour after a delivery, and each day without one.

A report grows old where nothing is used as well, so that looking may not wait for usage.
"""

from __future__ import annotations

from datetime import timedelta

from django_tasks.base import TaskResultStatus
from django_tasks_db.models import DBTaskResult

from yesand.kernel.place import Place
from yesand.reliance.watching.services import latest_look, serving, standing
from yesand.royalties.mixing.tasks import watch_usage

AFTER = timedelta(hours=1)
#: No report that sets shares goes longer without being looked at, while its model serves.
EVERY = timedelta(days=1)


def plan_look(place: Place) -> None:
    """Have the usage looked at in an hour, once, whatever is delivered until then."""
    if not _planned(TaskResultStatus.READY):
        watch_usage.using(run_after=place.clock.now() + AFTER).enqueue()


def plan_daily_look(place: Place) -> bool:
    """Have the usage looked at now, once, if a report has gone a day without; tell whether."""
    if _planned(TaskResultStatus.READY, TaskResultStatus.RUNNING) or not overdue(place):
        return False
    watch_usage.enqueue()
    return True


def overdue(place: Place) -> bool:
    """Tell whether a report by which a model in service pays has gone a day without a look."""
    before = place.clock.now() - EVERY
    for model in serving():
        report, seen = standing(model), latest_look(model)
        if report is not None and (seen.at if seen else report.at) <= before:
            return True
    return False


def _planned(*states: TaskResultStatus) -> bool:
    found = DBTaskResult.objects.filter(task_path=watch_usage.module_path, status__in=states)
    return found.exists()
