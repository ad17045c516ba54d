"""The spaces that takes are judged in; no generator of ours was trained on either."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from yesand.affect.listening import Heard
from yesand.synthetic.judging.neighbours import Floats


def spaces(takes: Sequence[Heard]) -> dict[str, Floats]:
    """Return what each space says of takes.

    ``prosody`` is how something is said, (N, 1455) (docs/prosody.md); ``spectrum`` how a voice
    sounds: mean and deviation of each mel band, and of its change, (N, 192).
    """
    return {
        "prosody": np.stack([take.prosody for take in takes]).astype(np.float64),
        "spectrum": np.stack([_spectrum(take) for take in takes]),
    }


def _spectrum(take: Heard) -> Floats:
    mel = take.mel.astype(np.float64)
    change = np.diff(mel, axis=0) if len(mel) > 1 else np.zeros_like(mel)
    return np.concatenate([mel.mean(axis=0), mel.std(axis=0), change.std(axis=0)])
