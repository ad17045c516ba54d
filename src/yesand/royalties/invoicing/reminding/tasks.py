"""What the worker does for invoices."""

from __future__ import annotations

import os
from pathlib import Path

from django_tasks import task

from yesand.kernel.place import Place


@task()
def remind_licensees() -> int:
    """Send every reminder whose time has come."""
    from yesand.royalties.invoicing.reminding.services import remind

    return remind(Place.open(Path(os.environ["YESAND_HOUSE"])))
