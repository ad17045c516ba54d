"""What the worker does for letters."""

from __future__ import annotations

import os
from pathlib import Path

from django_tasks import task

from yesand.kernel.place import Place


@task()
def post(user_id: int, key: str, subject: str, words: str, path: str, tried: int) -> str:
    """Send one letter."""
    from yesand.people.mailing.services import Letter, send

    place = Place.open(Path(os.environ["YESAND_HOUSE"]))
    return send(place, Letter(user_id, key, subject, words, path, tried))
