"""What the worker does for the room."""

from __future__ import annotations

import os
from pathlib import Path

from django_tasks import task

from yesand.kernel.place import Place


@task()
def deliver(notice_id: int) -> str:
    """Send one letter."""
    from yesand.meetings.notices.services import send

    return send(Place.open(Path(os.environ["YESAND_HOUSE"])), notice_id)
