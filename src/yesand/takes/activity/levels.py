"""Levels of short frames, on which every rule about loud and soft rests."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from yesand.takes.sound import Samples

FRAME_S = 0.02
_FLOOR = 1e-12  # −120 dBFS, so that digital silence has a level


def frame_levels(mono: Samples, rate: int) -> npt.NDArray[np.float64]:
    """Return the level of each 20 ms frame in dBFS, shape (frames,); at least one frame."""
    length = max(1, min(len(mono), int(FRAME_S * rate)))
    whole = len(mono) // length * length
    power = np.square(mono[:whole].reshape(-1, length), dtype=np.float64).mean(axis=1)
    levels: npt.NDArray[np.float64] = 10 * np.log10(power + _FLOOR)
    return levels
