"""What the worker does for the room."""

from __future__ import annotations

import os
from pathlib import Path

from django_tasks import task

from yesand.kernel.place import Place


@task()
def close_unanswered() -> int:
    """Close every negotiation that nobody answered in time."""
    from yesand.agreements.offering.services import lapse

    return lapse(Place.open(Path(os.environ["YESAND_HOUSE"])))
