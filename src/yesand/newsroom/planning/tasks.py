"""What the worker does for the room."""

from __future__ import annotations

import os
from pathlib import Path

from django_tasks import task

from yesand.kernel.place import Place


@task()
def publish_due(plan_id: int) -> str:
    """Publish what is due."""
    from yesand.newsroom.planning.services import carry_out

    return carry_out(Place.open(Path(os.environ["YESAND_HOUSE"])), plan_id)
