"""What the worker does to close a month."""

from __future__ import annotations

import os
from pathlib import Path

from django_tasks import task

from yesand.kernel.place import Place


@task()
def close_month(closing: int) -> str:
    """Settle a month and bill it, or compute it again, as somebody asked."""
    from yesand.royalties.closing.services import carry_out

    return carry_out(Place.open(Path(os.environ["YESAND_HOUSE"])), closing)
