"""Who listens for voice here: Silero where it is installed, else energy; or who was named."""

from __future__ import annotations

import os

from yesand.kernel.errors import BadInput
from yesand.takes.activity.activity import Detector
from yesand.takes.activity.energy import Energy
from yesand.takes.activity.silero import silero

#: Names a detector: ``silero`` or ``energy``.
SETTING = "YESAND_VOICE_ACTIVITY"


def detector() -> Detector:
    """Return who listens.

    Raises
    ------
    BadInput : the setting names nobody, or one who is not installed.
    """
    named = os.environ.get(SETTING, "")
    if named == "energy":
        return Energy()
    found = silero()
    if named not in ("", "silero"):
        raise BadInput(f"No detector {named!r}", where=SETTING, remedy="Name silero or energy.")
    if named and found is None:
        raise BadInput(
            "Silero is not installed", where=SETTING, remedy='pip install "yesand[activity]"'
        )
    return found or Energy()
