"""What the worker does for disputes."""

from __future__ import annotations

import os
from pathlib import Path

from django_tasks import task

from yesand.kernel.place import Place


@task()
def remind_producers() -> int:
    """Write to the producers about disputes whose time to speak has passed."""
    from yesand.royalties.disputing.services import remind

    return remind(Place.open(Path(os.environ["YESAND_HOUSE"])))
