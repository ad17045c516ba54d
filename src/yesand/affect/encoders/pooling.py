"""From an encoder's frames to one row a take."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum

import numpy as np
from numpy.typing import NDArray

Row = NDArray[np.float32]


class Pooling(StrEnum):
    """What a row says of a take's frames."""

    MEAN = "mean"
    MEAN_AND_DEVIATION = "mean+std"

    @property
    def columns(self) -> int:
        """How many numbers one unit of the encoder gives."""
        return 1 if self is Pooling.MEAN else 2


@dataclass
class Pool:
    """Sums over a take's frames, window by window: every frame counts as much as any other.

    Attributes
    ----------
    summed, squared : shape (units,), in double precision.
    """

    units: int
    frames: int = 0
    summed: NDArray[np.float64] = field(init=False)
    squared: NDArray[np.float64] = field(init=False)

    def __post_init__(self) -> None:
        self.summed = np.zeros(self.units)
        self.squared = np.zeros(self.units)

    def add(self, frames: NDArray[np.float32]) -> None:
        """Take in a window, shape (frames, units)."""
        every = frames.astype(np.float64)
        self.frames += len(every)
        self.summed += every.sum(axis=0)
        self.squared += np.square(every).sum(axis=0)

    def row(self, pooling: Pooling) -> Row:
        """Return the take's row, shape (units · columns,); not finite where a frame was not."""
        mean = self.summed / max(self.frames, 1)
        if pooling is Pooling.MEAN:
            return mean.astype(np.float32)
        spread = np.sqrt(np.maximum(self.squared / max(self.frames, 1) - mean**2, 0))
        return np.concatenate([mean, spread]).astype(np.float32)
