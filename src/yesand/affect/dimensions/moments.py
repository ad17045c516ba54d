"""A take moment by moment: the windows that the spectrum's net hears, and when each is."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor

from yesand.affect.evaluating.recall import Floats, Ints
from yesand.affect.features import HOP, RATE, Features
from yesand.affect.frames import STEP, WINDOW, Pack, heard_in
from yesand.affect.voice_model import VoiceModel

#: Milliseconds of one frame of the features.
FRAME_MS = 1000 * HOP / RATE


@dataclass(frozen=True, eq=False)
class Moments:
    """Takes' windows.

    Attributes
    ----------
    owner : each one's take, (windows,), growing. at : the window's middle in ms, (windows,). A take
        shorter than a window has one, in its own middle.
    """

    owner: Ints
    at: Floats

    @classmethod
    def of(cls, pack: Pack, mels: Sequence[Features], owner: Tensor, begin: Tensor) -> Moments:
        """Return when windows are.

        Parameters
        ----------
        mels : the log-mel features of every take of the pack.
        owner, begin : as ``Pack.every_window`` returns them.
        """
        silent = torch.tensor([heard_in(mel)[0] for mel in mels])
        long = pack.length[owner].clamp_max(WINDOW)
        frames = silent[owner] + (2 * begin + long) * (STEP / 2)
        return cls(owner.numpy(), frames.double().numpy() * FRAME_MS)


def seen(model: VoiceModel, embedding: Tensor, owner: Tensor, windows: Tensor) -> Floats:
    """Return what is read from at each moment, (windows, d): the window's, and the take's prosody.

    Parameters
    ----------
    embedding : of every take, (takes, d) or wider. windows : of the spectrum, (windows, d′).
    """
    rest = embedding[owner, model.shape.embedding : model.width]
    return np.asarray(torch.cat([windows, rest], dim=1).double().numpy(), dtype=np.float64)
