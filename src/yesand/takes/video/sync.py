"""Whether lips and sound agree: how much later than the mouth the voice is heard."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from yesand.takes.activity.levels import FRAME_S, frame_levels
from yesand.takes.quality import EARLIEST_MS, LATEST_MS
from yesand.takes.sound import Samples

Floats = npt.NDArray[np.float64]

_STEP_S = 0.01
_WIDEST_S = 0.5
#: Seconds that picture and sound must share.
_LEAST_S = 1.0
#: Correlation from which mouth and voice are taken to be one person's.
SURE = 0.4
#: dB below the loudest frame that count as silence.
_DEEP = 40.0


@dataclass(frozen=True)
class Sync:
    """What was found.

    Attributes
    ----------
    late_ms : how much later than the mouth's movement the sound comes.
    likeness : correlation of the two at that place, −1 to 1.
    """

    late_ms: float
    likeness: float

    @property
    def sure(self) -> bool:
        """Mouth and voice move alike: the offset means something."""
        return self.likeness >= SURE

    @property
    def good(self) -> bool:
        """Within what EBU R 37 allows."""
        return EARLIEST_MS <= self.late_ms <= LATEST_MS


def sync(at_s: Floats, opening: Floats, mono: Samples, rate: int) -> Sync | None:
    """Compare how far a mouth is open with how loud its sound is, up to half a second apart.

    Parameters
    ----------
    at_s : when each frame is shown, in seconds, rising, shape (frames,).
    opening : how far the mouth is open in it, any unit, shape (frames,).
    mono : shape (samples,). rate : its sampling rate in Hz.

    Returns
    -------
    Nothing, where they share less than a second, or either never changes.
    """
    levels = frame_levels(mono, rate)
    heard = (np.arange(len(levels)) + 0.5) * FRAME_S
    if len(at_s) < 2 or min(at_s[-1], heard[-1]) - max(at_s[0], heard[0]) < _LEAST_S:
        return None
    grid = np.arange(max(at_s[0], heard[0]), min(at_s[-1], heard[-1]), _STEP_S)
    seen = np.interp(grid, at_s, opening)
    loud = np.interp(grid, heard, levels.clip(levels.max() - _DEEP))
    most = round(min(_WIDEST_S, (grid[-1] - grid[0]) / 3) / _STEP_S)
    lags = np.arange(-most, most + 1)
    likeness = np.array([_alike(seen, loud, int(lag)) for lag in lags])
    if not np.isfinite(likeness).any():
        return None
    best = int(np.nanargmax(likeness))
    return Sync(1_000 * _STEP_S * float(lags[best]), float(likeness[best]))


def _alike(seen: Floats, loud: Floats, lag: int) -> float:
    """Return the correlation with the sound moved ``lag`` steps earlier."""
    one = seen[max(0, -lag) : len(seen) - max(0, lag)]
    two = loud[max(0, lag) : len(loud) - max(0, -lag)]
    spread = one.std() * two.std()
    if spread < 1e-9:
        return float("nan")
    return float(((one - one.mean()) * (two - two.mean())).mean() / spread)
