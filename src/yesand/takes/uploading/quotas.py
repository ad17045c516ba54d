"""How many bytes may wait, and be kept: one performer's, and the whole house's.

What was announced counts, not what has come: whoever may begin may also finish.
"""

from __future__ import annotations

import os
from dataclasses import dataclass

from yesand.kernel.errors import TooLarge

#: Bytes, unless the setting of that name says otherwise.
QUOTAS = {
    "YESAND_UPLOAD_WAITING": 5_000_000_000,
    "YESAND_UPLOAD_WAITING_HOUSE": 50_000_000_000,
    "YESAND_UPLOAD_KEPT": 100_000_000_000,
}
_WAIT = "Let what you began finish, or cancel some of it, then send this again; it stays with you."
_FULL = "Keep it where it is and send it again later; whoever keeps this house can make room."
_KEPT = "Keep it where it is and ask the producer, who can have your share enlarged."


@dataclass(frozen=True)
class Used:
    """Bytes as they would be with what is to be sent: waiting of one, of all, and kept of one."""

    waiting: int
    house: int
    kept: int


def check(used: Used) -> None:
    """Refuse what would be too much.

    Raises
    ------
    TooLarge : which share is used up, and what to do.
    """
    _hold("YESAND_UPLOAD_WAITING", used.waiting, "wait to be finished by you", _WAIT)
    _hold("YESAND_UPLOAD_WAITING_HOUSE", used.house, "wait in this house", _FULL)
    _hold("YESAND_UPLOAD_KEPT", used.kept, "of yours are kept here", _KEPT)


def _hold(setting: str, wanted: int, which: str, remedy: str) -> None:
    most = int(os.environ.get(setting, QUOTAS[setting]))
    if wanted > most:
        raise TooLarge(f"With this, {wanted:,} bytes {which}; {most:,} may", remedy=remedy)
