"""Planning when usage is looked at: an hour after a delivery, with all that came meanwhile."""

from __future__ import annotations

from datetime import timedelta

from django_tasks.base import TaskResultStatus
from django_tasks_db.models import DBTaskResult

from yesand.kernel.place import Place
from yesand.royalties.mixing.tasks import watch_usage

AFTER = timedelta(hours=1)


def plan_look(place: Place) -> None:
    """Have the usage looked at in an hour, once, whatever is delivered until then."""
    waiting = DBTaskResult.objects.filter(
        task_path=watch_usage.module_path, status=TaskResultStatus.READY
    )
    if not waiting.exists():
        watch_usage.using(run_after=place.clock.now() + AFTER).enqueue()
