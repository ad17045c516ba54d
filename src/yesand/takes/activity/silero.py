"""Activity by Silero VAD (Silero Team 2021, MIT), whose package carries its weights.

The package itself is not imported: that would bring PyTorch, and set the whole process to one
thread. Its ONNX file, exported for whole sequences, is run by ``onnxruntime``, and the model's
framing is told by its shapes: 512 samples at 16 kHz, each after the 64 before it.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from importlib.metadata import PackageNotFoundError, version
from importlib.util import find_spec
from math import gcd
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from yesand.takes.activity.activity import Activity
from yesand.takes.sound import Samples

RATE = 16_000
_FRAME, _CONTEXT = 512, 64
#: Frames at once: two minutes.
_BLOCK = 4_096
#: Silero's own: voice begins above the one, and ends below the other.
_BEGINS, _ENDS = 0.5, 0.35
#: Pauses shorter than this belong to what is said (Silero's own).
_PAUSE_S = 0.1


@dataclass(frozen=True, eq=False)
class Silero:
    """The detector, loaded."""

    name: str
    session: Any
    hears_voice: bool = True

    def hear(self, mono: Samples, rate: int) -> Activity:
        """Return where Silero hears a voice, in frames of 32 ms."""
        heard = _heard(mono, rate)
        return Activity(self.name, _decided(self.probability(heard)), _FRAME / RATE)

    def probability(self, heard: Samples) -> npt.NDArray[np.float32]:
        """Return how likely each frame is voice, shape (frames,), of samples at 16 kHz."""
        number = -(-len(heard) // _FRAME)
        frames = np.zeros((number + 1, _FRAME), dtype=np.float32)
        frames[1:].reshape(-1)[: len(heard)] = heard
        given = np.concatenate([frames[:-1, -_CONTEXT:], frames[1:]], axis=1)
        state = [np.zeros((1, 1, 128), dtype=np.float32) for _ in range(2)]
        told = [np.zeros(0, dtype=np.float32)]
        for start in range(0, number, _BLOCK):
            block = {"input": given[start : start + _BLOCK], "h": state[0], "c": state[1]}
            likely, *state = self.session.run(["speech_probs", "hn", "cn"], block)
            told.append(likely.reshape(-1))
        return np.concatenate(told)


@cache
def silero() -> Silero | None:
    """Return the detector, or nothing where `silero-vad` or `onnxruntime` is not installed."""
    weights = _weights()
    if weights is None or find_spec("onnxruntime") is None:
        return None
    import onnxruntime

    alone = onnxruntime.SessionOptions()
    alone.intra_op_num_threads = alone.inter_op_num_threads = 1
    session = onnxruntime.InferenceSession(
        str(weights), sess_options=alone, providers=["CPUExecutionProvider"]
    )
    return Silero(f"silero-vad {version('silero-vad')}", session)


def _weights() -> Path | None:
    try:
        version("silero-vad")
    except PackageNotFoundError:
        return None
    spec = find_spec("silero_vad")
    folders = (spec.submodule_search_locations if spec else None) or []
    found = (Path(folder) / "data" / "silero_vad_16k_sequence.onnx" for folder in folders)
    return next((path for path in found if path.exists()), None)


def _heard(mono: Samples, rate: int) -> Samples:
    if rate == RATE:
        return mono
    from scipy.signal import resample_poly

    common = gcd(rate, RATE)
    made: Samples = resample_poly(mono, RATE // common, rate // common).astype(np.float32)
    return made


def _decided(likely: npt.NDArray[np.float32]) -> npt.NDArray[np.bool_]:
    """Return which frames are voice: begun above one threshold, ended below a lower one."""
    active = np.zeros(len(likely), dtype=np.bool_)
    on, pause, longest = False, 0, round(_PAUSE_S * RATE / _FRAME)
    for place, chance in enumerate(likely.tolist()):
        if chance >= _BEGINS:
            if on:
                active[place - pause : place] = True
            on, pause = True, 0
            active[place] = True
        elif on and chance >= _ENDS and not pause:
            active[place] = True
        elif on:
            pause += 1
            on = pause <= longest
    return active
