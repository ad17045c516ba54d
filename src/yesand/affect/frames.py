"""What the voice model is shown: a take's own sound, at its own level, in windows of one length."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import NamedTuple

import numpy as np
import torch
from torch import Tensor

from yesand.affect.features import BANDS, Features
from yesand.affect.listening import Heard

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
    begin, end = heard_in(features)
    own = features[begin:end].astype(np.float32)
    if len(own) % STEP:
        own = np.concatenate([own, own[-1:]])
    steps = own.reshape(-1, STEP, BANDS).mean(axis=1)
    return torch.from_numpy((steps - steps.mean()) / _SCALE)


def heard_in(features: Features) -> tuple[int, int]:
    """Return where the take lies in its frames, without the silence at either end: from, until."""
    loud = features.max(axis=1).astype(np.float32)
    heard = np.flatnonzero(loud > loud.max() - _QUIET)
    return max(0, int(heard[0]) - _MARGIN), min(len(features), int(heard[-1]) + 1 + _MARGIN)


class Shown(NamedTuple):
    """What the model is shown of some takes.

    Attributes
    ----------
    windows : shape (takes, 1, 96, 64). prosody, moved : as in ``Pack``, of these takes.
    """

    windows: Tensor
    prosody: Tensor
    moved: Tensor


@dataclass(frozen=True, eq=False)
class Pack:
    """Takes laid end to end.

    Attributes
    ----------
    steps : float32, shape (all steps, 64).
    first, length : int64, shape (takes,): where each take lies.
    prosody : float32, shape (takes, numbers); none are known where it has no columns.
    moved : the same, less what is usual for the take's performer.
    """

    steps: Tensor
    first: Tensor
    length: Tensor
    prosody: Tensor
    moved: Tensor

    @classmethod
    def of(cls, takes: Sequence[Heard], performers: Sequence[str] | None = None) -> Pack:
        """Prepare and lay out takes.

        Parameters
        ----------
        performers : whose each take is; without it, what is usual for them is not known (zero).
        """
        ready = [prepare(take.mel) for take in takes]
        length = torch.tensor([len(take) for take in ready])
        prosody = torch.from_numpy(np.stack([take.prosody for take in takes]))
        usual = torch.zeros_like(prosody) if performers is None else _usual(prosody, performers)
        return cls(torch.cat(ready), length.cumsum(0) - length, length, prosody, prosody - usual)

    def __len__(self) -> int:
        """How many takes there are."""
        return len(self.length)

    def enrolled(self, usual: Tensor) -> Pack:
        """Return the same takes less what is usual for their performers, (takes or 1, numbers)."""
        return replace(self, moved=self.prosody - usual)

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

    def shown(self, takes: Tensor, begin: Tensor) -> Shown:
        """Return takes as the model is shown them, each in the window that begins there."""
        return Shown(self.windows(takes, begin), self.prosody[takes], self.moved[takes])

    def middle(self, takes: Tensor) -> Shown:
        """Return takes, each in the window in its middle."""
        return self.shown(takes, (self.length[takes] - WINDOW).clamp_min(0) // 2)

    def draw(self, takes: Tensor, luck: torch.Generator) -> Shown:
        """Return takes, each in a window at a random place."""
        room = (self.length[takes] - WINDOW).clamp_min(0) + 1
        return self.shown(takes, (torch.rand(len(takes), generator=luck) * room).long())


def _usual(prosody: Tensor, performers: Sequence[str]) -> Tensor:
    """Return the mean over each take's performer, (takes, numbers)."""
    owner = torch.from_numpy(np.unique(np.array(performers), return_inverse=True)[1])
    count = torch.bincount(owner)
    summed = torch.zeros(len(count), prosody.shape[1], dtype=torch.float64)
    return (summed.index_add_(0, owner, prosody.double()) / count[:, None]).float()[owner]
