"""What the voice model is shown: a take's own sound, at its own level, in windows of one length."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor

from yesand.affect.features import BANDS, Features

#: Frames of 20 ms: two of the features' averaged. Halves the work, costs no accuracy.
STEP = 2
#: A window of 1.92 s, about one sentence.
WINDOW = 96
#: Silence at either end is what lies 30 dB and more below the loudest frame.
_QUIET = 7.0
_MARGIN = 5
_SCALE = 4.0


def prepare(features: Features) -> Tensor:
    """Return a take trimmed of silence, in steps of 20 ms, at zero mean level, shape (steps, 64).

    Only differences of level count, so that a louder microphone is no other emotion.
    """
    loud = features.max(axis=1).astype(np.float32)
    heard = np.flatnonzero(loud > loud.max() - _QUIET)
    own = features[max(0, heard[0] - _MARGIN) : heard[-1] + 1 + _MARGIN].astype(np.float32)
    if len(own) % STEP:
        own = np.concatenate([own, own[-1:]])
    steps = own.reshape(-1, STEP, BANDS).mean(axis=1)
    return torch.from_numpy((steps - steps.mean()) / _SCALE)


@dataclass(frozen=True, eq=False)
class Pack:
    """Takes laid end to end.

    Attributes
    ----------
    steps : float32, shape (all steps, 64).
    first, length : int64, shape (takes,): where each take lies.
    """

    steps: Tensor
    first: Tensor
    length: Tensor

    @classmethod
    def of(cls, takes: Sequence[Features]) -> Pack:
        """Prepare and lay out takes."""
        ready = [prepare(take) for take in takes]
        length = torch.tensor([len(take) for take in ready])
        return cls(torch.cat(ready), length.cumsum(0) - length, length)

    def __len__(self) -> int:
        """How many takes there are."""
        return len(self.length)

    def windows(self, takes: Tensor, begin: Tensor) -> Tensor:
        """Return one window a take, shape (len(takes), 1, 96, 64).

        A take shorter than the window is heard again from its start: nothing but its own sound.
        """
        length = self.length[takes, None]
        steps = (begin[:, None] + torch.arange(WINDOW)) % length
        return self.steps[self.first[takes, None] + steps][:, None]

    def every_window(self, takes: Tensor) -> tuple[Tensor, Tensor]:
        """Return (take, begin) of windows that cover the takes, half overlapping."""
        owners, begins = [], []
        for take in takes.tolist():
            last = max(0, int(self.length[take]) - WINDOW)
            here = sorted({*range(0, last, WINDOW // 2), last})
            owners += [take] * len(here)
            begins += here
        return torch.tensor(owners), torch.tensor(begins)

    def draw(self, takes: Tensor, luck: torch.Generator) -> Tensor:
        """Return one window at a random place of each take."""
        room = (self.length[takes] - WINDOW).clamp_min(0) + 1
        begin = (torch.rand(len(takes), generator=luck) * room).long()
        return self.windows(takes, begin)
