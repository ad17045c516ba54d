"""A face's movement as one row of numbers a take, each with a name."""

from __future__ import annotations

from itertools import product

import numpy as np
from numpy.typing import NDArray

from yesand.affect.face.track import ANGLES, BLENDSHAPES, Track

Floats = NDArray[np.float64]

#: Names what follows; a change needs a new one.
VERSION = "functionals-v1"
SPREAD = ("mean", "deviation", "p05", "p25", "p50", "p75", "p95", "speed", "speed-p95")
WHOLE = ("seconds", "seen", "several", "blinks-a-second")
NAMES = (
    *(f"{what}.{how}" for what, how in product((*BLENDSHAPES, *ANGLES), SPREAD)),
    *(f"face.{how}" for how in WHOLE),
)
#: Fewer frames with a face than this say nothing of it.
_LEAST = 5
_CLOSED = 0.5


def functionals(track: Track) -> NDArray[np.float32]:
    """Return a take's row, shape (len(NAMES),), all finite; zeros where no face is seen.

    Mean, deviation, five percentiles, and the mean and 95th percentile of the speed (units a
    second, between neighbouring frames that both show the face) of every coefficient and angle.
    """
    values = np.column_stack([track.expression, track.pose]).astype(np.float64)
    own, number = values[track.valid], len(track.at_s)
    seconds = float(track.at_s[-1] - track.at_s[0]) if number else 0.0
    whole = [seconds, *(float(x.mean()) if number else 0.0 for x in (track.valid, track.faces > 1))]
    if len(own) < _LEAST:
        spread = np.zeros((values.shape[1], len(SPREAD)))
    else:
        speed = _speed(track, values)
        ends = np.percentile(own, [5, 25, 50, 75, 95], axis=0)
        moved = [speed.mean(axis=0), np.percentile(speed, 95, axis=0)]
        spread = np.column_stack([own.mean(axis=0), own.std(axis=0), *ends, *moved])
    made = np.concatenate([spread.ravel(), whole, [_blinks(track, seconds)]])
    row: NDArray[np.float32] = np.nan_to_num(made, posinf=0.0, neginf=0.0).astype(np.float32)
    return row


def _speed(track: Track, values: Floats) -> Floats:
    """Return sizes of change a second, shape (steps, columns); one of zeros where none is known."""
    both = track.valid[1:] & track.valid[:-1]
    lasting = np.maximum(np.diff(track.at_s), 1e-3)[:, None]
    speed: Floats = (np.abs(np.diff(values, axis=0)) / lasting)[both]
    return speed if len(speed) else np.zeros((1, values.shape[1]))


def _blinks(track: Track, seconds: float) -> float:
    closed = (track.one("eyeBlinkLeft") + track.one("eyeBlinkRight")) / 2 > _CLOSED
    begun = int((np.diff(closed.astype(np.int8)) == 1).sum())
    return begun / seconds if seconds > 0 else 0.0
