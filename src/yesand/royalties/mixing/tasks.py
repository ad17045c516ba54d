"""What the worker does for the room."""

from __future__ import annotations

import os
from pathlib import Path

from django_tasks import task

from yesand.kernel.place import Place


@task()
def watch_usage() -> str:
    """Look whether usage has moved away from what reports were asked."""
    from yesand.royalties.mixing.services import watch

    seen = watch(Place.open(Path(os.environ["YESAND_HOUSE"])))
    return f"{len(seen)} models, {sum(bool(look.due) for look in seen)} reports due"
