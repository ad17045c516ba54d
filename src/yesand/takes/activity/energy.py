"""Activity by energy: needs nothing, and takes a slammed door for a voice."""

from __future__ import annotations

from yesand.takes.activity.activity import Activity
from yesand.takes.activity.levels import FRAME_S, frame_levels
from yesand.takes.sound import Samples

#: dBFS of a 20 ms frame that counts as sounding. Room noise of a booth lies near −70 dBFS;
#: the quietest take of RAVDESS peaks 17 dB above.
SOUNDING_DBFS = -70.0


class Energy:
    """Whatever is above the noise of a quiet room."""

    name = "energy"
    hears_voice = False

    def hear(self, mono: Samples, rate: int) -> Activity:
        """Return the frames above −70 dBFS."""
        active = frame_levels(mono, rate) > SOUNDING_DBFS
        return Activity(self.name, active, FRAME_S)
