"""What the worker does for the room."""

from __future__ import annotations

import os
from pathlib import Path

from django_tasks import task

from yesand.kernel.place import Place


@task()
def make_ordered(order_id: int) -> str:
    """Make what was asked for."""
    from yesand.corpus.exporting.ordering.services import carry_out

    return carry_out(Place.open(Path(os.environ["YESAND_HOUSE"])), order_id)
