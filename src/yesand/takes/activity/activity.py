"""Where in a recording somebody is heard: one interface, whoever listens."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise
from typing import Any, Protocol

import numpy as np
import numpy.typing as npt

from yesand.takes.sound import Samples


@dataclass(frozen=True, eq=False)
class Activity:
    """What a listener heard, frame by frame.

    Attributes
    ----------
    detector : who listened, with the version.
    active : shape (frames,), whether the frame is voice.
    frame_s : seconds from one frame to the next.
    """

    detector: str
    active: npt.NDArray[np.bool_]
    frame_s: float

    @property
    def seconds(self) -> float:
        """How long somebody is heard."""
        return float(self.active.sum() * self.frame_s)

    @property
    def spans(self) -> list[tuple[float, float]]:
        """From when until when, in seconds."""
        edges = np.flatnonzero(np.diff(np.concatenate([[0], self.active.astype(np.int8), [0]])))
        every = list(pairwise((edges * self.frame_s).tolist()))
        return every[::2]

    def at(self, seconds: npt.NDArray[np.floating[Any]]) -> npt.NDArray[np.bool_]:
        """Tell whether somebody is heard at each of these moments, shape as given."""
        if not len(self.active):
            return np.zeros(seconds.shape, dtype=np.bool_)
        place = (seconds / self.frame_s).astype(np.int64)
        found: npt.NDArray[np.bool_] = self.active[place.clip(0, len(self.active) - 1)]
        return found


class Detector(Protocol):
    """Tells voice from what is none."""

    @property
    def name(self) -> str:
        """Who it is, with the version."""

    @property
    def hears_voice(self) -> bool:
        """Whether it knows voice from other sounds, rather than loud from soft."""

    def hear(self, mono: Samples, rate: int) -> Activity:
        """Return where somebody is heard.

        Parameters
        ----------
        mono : shape (samples,), full scale ±1. rate : its sampling rate in Hz.
        """
