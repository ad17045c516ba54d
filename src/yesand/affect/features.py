"""Log-mel features: how much of each pitch sounds, frame by frame.

64 mel bands of 16 kHz audio, 25 ms Hann windows every 10 ms: the usual front end of speech
models (Davis & Mermelstein 1980 for mel filters; HTK Book 3.4 §5.4 for their shape).
"""

from __future__ import annotations

from functools import cache as memo
from math import gcd

import numpy as np
import torch
from numpy.typing import NDArray
from scipy.signal import resample_poly

#: Names the recipe below: any change to it needs a new one, or caches would mix.
VERSION = "logmel64-v1"
RATE = 16_000
BANDS = 64
WINDOW = 400
HOP = 160
_FFT = 512
_LOWEST, _HIGHEST = 50.0, 7_600.0
#: Quieter than this is silence: −100 dB below full scale, in natural logarithms of power.
FLOOR = -23.0

Features = NDArray[np.float16]


def logmel(signal: NDArray[np.float32], rate: int) -> Features:
    """Return the log-mel energies of one channel, shape (frames, 64).

    Half precision: its step (2⁻⁷ at −16) is far below what a window's noise moves.

    Parameters
    ----------
    signal : shape (samples,), full scale ±1.
    rate : sampling rate in Hz; other rates than 16 kHz are resampled first.
    """
    wave = torch.from_numpy(np.ascontiguousarray(resampled(signal, rate)))
    wave = torch.nn.functional.pad(wave, (WINDOW // 2, WINDOW // 2))
    frames = torch.nn.functional.pad(wave.unfold(0, WINDOW, HOP) * _window(), (0, _FFT - WINDOW))
    spectrum = torch.view_as_real(torch.fft.rfft(frames)).flatten(1)
    energies = (spectrum.square_() @ _filters()).clamp_min_(float(np.exp(FLOOR))).log_()
    made: Features = energies.half().numpy()
    return made


def resampled(signal: NDArray[np.float32], rate: int) -> NDArray[np.float32]:
    """Return the signal at 16 kHz."""
    if rate == RATE:
        return signal
    common = gcd(rate, RATE)
    made: NDArray[np.float32] = resample_poly(signal, RATE // common, rate // common)
    return made.astype(np.float32)


@memo
def _window() -> torch.Tensor:
    window: torch.Tensor = torch.hann_window(WINDOW) / WINDOW**0.5
    return window


@memo
def _filters() -> torch.Tensor:
    """Return triangles on the mel scale (mel = 2595 log₁₀(1 + f / 700)), shape (514, 64).

    Each bin has two rows, for its real and its imaginary part: their squares add up to its power.
    """
    low, high = (2595 * np.log10(1 + f / 700) for f in (_LOWEST, _HIGHEST))
    edges = 700 * (10 ** (np.linspace(low, high, BANDS + 2) / 2595) - 1)
    bins = np.linspace(0, RATE / 2, _FFT // 2 + 1)[:, None]
    rising = (bins - edges[:-2]) / (edges[1:-1] - edges[:-2])
    falling = (edges[2:] - bins) / (edges[2:] - edges[1:-1])
    triangles = np.clip(np.minimum(rising, falling), 0, None).astype(np.float32)
    return torch.from_numpy(triangles.repeat(2, axis=0))
