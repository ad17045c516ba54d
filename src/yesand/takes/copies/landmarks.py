"""What a recording is known by: landmarks of its spectrum, after Wang (ISMIR 2003).

Peaks of the spectrogram are what noise, gain and lossy coding leave standing. A landmark is a pair
of peaks close to each other: both frequencies and the time between. Where a recording and its copy
have the same landmark, it lies in both at the same distance from the start, give or take the shift
between them; two takes of one sentence agree in a few, and not at one distance.
"""

from __future__ import annotations

from dataclasses import dataclass
from hashlib import sha256
from math import gcd

import numpy as np
from numpy.typing import NDArray
from scipy.fft import rfft
from scipy.ndimage import maximum_filter
from scipy.signal import resample_poly

from yesand.takes.sound import Samples, Sound

#: Names the recipe below: any change to it needs a new one, or kept landmarks would mix.
VERSION = "landmarks-v1"
#: Hz. Speech lies below 4 kHz, and every format that is taken keeps what lies there.
_RATE = 8_000
#: Samples: windows of 64 ms every 8 ms, so that a shift by half a step moves few peaks.
_WINDOW, _HOP = 512, 64
#: A peak is the highest of its neighbourhood: 13 windows (104 ms) by 11 bins (172 Hz), …
_AROUND = (13, 11)
#: … at most 35 dB below the loudest, in natural logarithms of amplitude, …
_DEEP = 4.0
#: … between 94 Hz and 3.66 kHz.
_LOWEST, _HIGHEST = 6, 235
#: A landmark's second peak comes 2 to 63 windows after the first, at most 63 bins away; no peak
#: begins more than twelve, nor looks further than forty peaks ahead.
_NEAREST, _FURTHEST, _FAN, _AHEAD = 2, 63, 12, 40
_QUIET = 1e-7

Ints = NDArray[np.int64]
Floats = NDArray[np.float32]


@dataclass(frozen=True, eq=False)
class Landmarks:
    """What a recording is known by.

    Attributes
    ----------
    sound : SHA-256 of the decoded samples; equal for any lossless file of the same sound.
    mark, at : (landmarks,) what each is, and in which window (8 ms) it begins.
    """

    sound: str
    mark: Ints
    at: Ints

    def __len__(self) -> int:
        """How many landmarks there are."""
        return len(self.mark)


def landmarks(sound: Sound) -> Landmarks:
    """Return what a recording is known by."""
    time, pitch = _peaks(_spectrum(sound.mono, sound.rate))
    return Landmarks(_decoded(sound), *_pairs(time, pitch))


def _decoded(sound: Sound) -> str:
    """Return the digest of the samples at 16 bits, without digital silence around them."""
    steps = np.rint(sound.samples * 32767).astype("<i2")
    heard = np.flatnonzero(steps.any(axis=1))
    kept = steps[heard[0] : heard[-1] + 1] if len(heard) else steps[:0]
    return sha256(f"{sound.rate} {steps.shape[1]} ".encode() + kept.tobytes()).hexdigest()


def _spectrum(mono: Samples, rate: int) -> Floats:
    """Return the logarithm of the amplitudes, (windows, bins)."""
    common = gcd(rate, _RATE)
    wave = resample_poly(mono, _RATE // common, rate // common) if rate != _RATE else mono
    wave = np.pad(np.asarray(wave, np.float32), _WINDOW // 2)
    frames = np.lib.stride_tricks.sliding_window_view(wave, _WINDOW)[::_HOP]
    shape = np.hanning(_WINDOW).astype(np.float32)
    loud: Floats = np.log(np.abs(rfft(frames * shape, axis=1)) + _QUIET).astype(np.float32)
    return loud


def _peaks(spectrum: Floats) -> tuple[Ints, Ints]:
    """Return the windows and bins of the peaks, in order of time."""
    loud = max(float(spectrum.max()) - _DEEP, float(np.log(_QUIET)) + _DEEP)
    high: NDArray[np.bool_] = spectrum == maximum_filter(spectrum, size=_AROUND)
    high &= spectrum > loud
    high[:, :_LOWEST] = high[:, _HIGHEST:] = False
    time, pitch = np.nonzero(high)
    return time.astype(np.int64), pitch.astype(np.int64)


def _pairs(time: Ints, pitch: Ints) -> tuple[Ints, Ints]:
    """Return the landmarks and when they begin."""
    marks, begins = [np.empty(0, np.int64)], [np.empty(0, np.int64)]
    for ahead in range(1, min(len(time), _AHEAD)):
        apart, rise = time[ahead:] - time[:-ahead], pitch[ahead:] - pitch[:-ahead]
        near = (apart >= _NEAREST) & (apart <= _FURTHEST) & (np.abs(rise) <= _FURTHEST)
        first = pitch[:-ahead][near]
        marks.append((first * 128 + rise[near] + 64) * 64 + apart[near])
        begins.append(np.flatnonzero(near))
    mark, begin = np.concatenate(marks), np.concatenate(begins)
    order = np.argsort(begin, kind="stable")
    mark, begin = mark[order], begin[order]
    few = np.arange(len(begin)) - np.searchsorted(begin, begin) < _FAN
    return mark[few], time[begin[few]]
