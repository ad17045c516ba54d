"""What the worker does with the spool."""

from __future__ import annotations

import os
from pathlib import Path

from django_tasks import task

from yesand.kernel.place import Place


@task()
def collect_usage() -> str:
    """Make batches out of the events that came by HTTP."""
    from yesand.royalties.spooling.collecting.services import collect

    reports = collect(Place.open(Path(os.environ["YESAND_HOUSE"])))
    return f"{sum(report.accepted for report in reports)} events counted"
