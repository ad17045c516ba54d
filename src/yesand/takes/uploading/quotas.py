"""How many bytes may wait, and be kept: one performer's, and the whole house's.

What was announced counts, not what has come: whoever may begin may also finish.
"""

from __future__ import annotations

import os

from django.db.models import QuerySet, Sum

from yesand.kernel.errors import TooLarge
from yesand.people.models import Performer
from yesand.takes.models import Upload

#: Bytes, unless the setting of that name says otherwise.
QUOTAS = {
    "YESAND_UPLOAD_WAITING": 5_000_000_000,
    "YESAND_UPLOAD_WAITING_HOUSE": 50_000_000_000,
    "YESAND_UPLOAD_KEPT": 100_000_000_000,
}
_WAIT = "Let what you began finish, or cancel some of it, then send this again; it stays with you."
_FULL = "Keep it where it is and send it again later; whoever keeps this house can make room."
_KEPT = "Keep it where it is and ask the producer, who can have your share enlarged."


def check(performer: Performer, size: int) -> None:
    """Refuse what would be too much.

    Raises
    ------
    TooLarge : which share is used up, and what to do.
    """
    begun = Upload.objects.filter(state=Upload.State.OPEN)
    waiting = _bytes(begun.filter(performer=performer)) + size
    kept = _bytes(performer.uploads.filter(state=Upload.State.STORED)) + waiting
    _hold("YESAND_UPLOAD_WAITING", waiting, "wait to be finished by you", _WAIT)
    _hold("YESAND_UPLOAD_WAITING_HOUSE", _bytes(begun) + size, "wait in this house", _FULL)
    _hold("YESAND_UPLOAD_KEPT", kept, "of yours are kept here", _KEPT)


def _hold(setting: str, wanted: int, which: str, remedy: str) -> None:
    most = int(os.environ.get(setting, QUOTAS[setting]))
    if wanted > most:
        raise TooLarge(f"With this, {wanted:,} bytes {which}; {most:,} may", remedy=remedy)


def _bytes(rows: QuerySet[Upload]) -> int:
    return int(rows.aggregate(total=Sum("size"))["total"] or 0)
