"""The room that a take was recorded in: how loud its noise is, and how far the voice rises."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from yesand.takes.activity.activity import Activity
from yesand.takes.activity.levels import FRAME_S

#: Frames of either kind that a level may rest on: 0.2 s.
_ENOUGH = 10
#: dB. More than any converter has; digital silence would have no end.
_MOST = 120.0


@dataclass(frozen=True)
class Room:
    """Levels.

    Attributes
    ----------
    noise_dbfs : of what is heard when nobody is.
    snr_db : how far the voice rises above it; nothing, where too little is heard.
    """

    noise_dbfs: float
    snr_db: float | None


def room(levels: npt.NDArray[np.float64], activity: Activity, *, hears_voice: bool) -> Room:
    """Return the room's noise and the voice's distance from it.

    Where a detector knows voice from noise, noise is the median of the frames without voice, and
    the voice's power is what the frames with voice have above it. Else it is the distance of the
    95th from the 10th percentile of all frames, which tells a steady hum and nothing finer.

    Parameters
    ----------
    levels : of 20 ms frames in dBFS, shape (frames,).
    """
    quiet, loud = (float(np.percentile(levels, p)) for p in (10, 95))
    if len(levels) < _ENOUGH:
        return Room(quiet, None)
    voice = activity.at((np.arange(len(levels)) + 0.5) * FRAME_S)
    if not hears_voice or min(voice.sum(), (~voice).sum()) < _ENOUGH:
        return Room(quiet, min(loud - quiet, _MOST))
    noise = float(np.median(levels[~voice]))
    power = float((10 ** (levels[voice] / 10)).mean()) / 10 ** (noise / 10) - 1
    return Room(noise, float(np.clip(10 * np.log10(max(power, 1e-6)), -_MOST, _MOST)))
