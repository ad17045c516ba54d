"""Pitch and harmonicity by autocorrelation, with the likeliest path through each take.

Boersma 1993, Accurate short-term analysis of the fundamental frequency and the
harmonics-to-noise ratio of a sampled sound, IFA Proceedings 17: eq. 4 (harmonicity), 9 (the
window's own autocorrelation divided out), 23–27 (candidates' strength and the path's cost).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.fft import irfft, next_fast_len, rfft

from yesand.affect.features import HOP, RATE

#: Three periods of the lowest pitch must lie in the window, or its peak is not told.
LOWEST, HIGHEST = 60.0, 700.0
WINDOW = int(3 * RATE / LOWEST)
#: Candidates kept a frame, beside "unvoiced".
_MOST = 6
_FINER = 2
_SILENCE, _VOICING = 0.03, 0.45
_OCTAVE, _JUMP, _CHANGE = 0.01, 0.35, 0.14
#: The path's costs are told for steps of 10 ms (Boersma 1993, p. 107).
_STEP = 0.01 * RATE / HOP

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]


@dataclass(frozen=True, eq=False)
class Pitch:
    """The pitch of a take.

    Attributes
    ----------
    hertz : shape (frames,), zero where nothing voiced is heard.
    periodicity : height of the autocorrelation at that period, or its highest, shape (frames,).
    """

    hertz: Floats
    periodicity: Floats

    @property
    def harmonicity(self) -> Floats:
        """Harmonics-to-noise ratio in dB, shape (frames,); between −30 and 30."""
        heard = self.periodicity.clip(1e-3, 1 - 1e-3)
        made: Floats = 10 * np.log10(heard / (1 - heard))
        return made


def pitch(signal: Floats) -> Pitch:
    """Return pitch and periodicity every 10 ms, at the same places as ``features.logmel``'s frames.

    Parameters
    ----------
    signal : shape (samples,), at 16 kHz.
    """
    frames = windows(signal, WINDOW)
    level = np.abs(frames).max(axis=1)
    lag, height = _candidates(_autocorrelation(frames))
    strength = _strengths(lag, height, level)
    path = _likeliest(lag, strength)
    every = np.arange(len(frames))
    hertz = np.where(path < _MOST, RATE / lag[every, np.minimum(path, _MOST - 1)], 0.0)
    own = height[every, np.minimum(path, _MOST - 1)]
    return Pitch(hertz, np.where(path < _MOST, own, height.max(axis=1)))


def windows(signal: Floats, length: int) -> Floats:
    """Return frames around every tenth millisecond, mean removed, shape (frames, length)."""
    padded = np.pad(signal, (length // 2, length // 2))
    every = np.lib.stride_tricks.sliding_window_view(padded, length)[::HOP]
    found = every[: len(signal) // HOP + 1]
    made: Floats = found - found.mean(axis=1, keepdims=True)
    return made


def _autocorrelation(frames: Floats) -> Floats:
    """Return the normalised autocorrelation of each frame up to the longest period.

    At two places a sample: between them a short period's peak would be told too low, and twice
    the period, of which the true one may fall on a sample, would win (Boersma 1993, p. 104).
    """
    window = np.hanning(WINDOW)
    longest = int(RATE / LOWEST * _FINER) + 2
    size = next_fast_len(WINDOW + longest // _FINER, real=True)
    own = irfft(np.abs(rfft(window, size)) ** 2, _FINER * size)[:longest]
    made = irfft(np.abs(rfft(frames * window, size)) ** 2, _FINER * size)[:, :longest]
    made /= np.maximum(made[:, :1], 1e-12)
    heard: Floats = made / (own / own[0])
    return heard


def _candidates(heard: Floats) -> tuple[Floats, Floats]:
    """Return the highest peaks' lags, in samples, and heights, each of shape (frames, _MOST)."""
    shortest = int(RATE / HIGHEST * _FINER)
    middle, before, after = heard[:, 1:-1], heard[:, :-2], heard[:, 2:]
    peak = (middle > before) & (middle >= after)
    peak[:, : shortest - 1] = False
    # Of a perfect voice every multiple of the period is as high: the shortest must be among them.
    dear = _OCTAVE * np.log2(np.arange(1, middle.shape[1] + 1))
    place = _highest(np.where(peak, middle - dear, -np.inf))
    is_peak = np.take_along_axis(peak, place, axis=1)
    b, m, a = (np.take_along_axis(one, place, axis=1) for one in (before, middle, after))
    bend = np.where(is_peak, 2 * m - b - a, 1.0)
    shift = np.where(is_peak, (a - b) / (2 * bend), 0.0)
    height: Floats = np.where(is_peak, m + (a - b) * shift / 4, 0.0).clip(0, 1)
    lag: Floats = ((place + 1 + shift) / _FINER).astype(np.float64)
    return lag, height


def _strengths(lag: Floats, height: Floats, level: Floats) -> Floats:
    """Return the strength of each candidate, and last of "unvoiced", (frames, _MOST + 1)."""
    voiced = height - _OCTAVE * np.log2(LOWEST * lag / RATE)
    voiced = np.where(height > 0, voiced, -1.0)
    quiet = level / max(float(level.max()), 1e-9) / (_SILENCE / (1 + _VOICING))
    unvoiced = _VOICING + np.maximum(0, 2 - quiet)
    return np.concatenate([voiced, unvoiced[:, None]], axis=1)


def _likeliest(lag: Floats, strength: Floats) -> Ints:
    """Return which candidate each frame takes, by dynamic programming, shape (frames,)."""
    octave = np.log2(lag)
    best, come = strength[0], np.zeros(strength.shape, dtype=np.int64)
    for t in range(1, len(strength)):
        cost = np.full((_MOST + 1, _MOST + 1), _CHANGE * _STEP)
        cost[:-1, :-1] = _JUMP * _STEP * np.abs(octave[t - 1][:, None] - octave[t][None])
        cost[-1, -1] = 0.0
        reached = best[:, None] - cost
        come[t] = reached.argmax(axis=0)
        best = reached.max(axis=0) + strength[t]
    path = np.zeros(len(strength), dtype=np.int64)
    path[-1] = best.argmax()
    for t in range(len(strength) - 1, 0, -1):
        path[t - 1] = come[t][path[t]]
    return path


def _highest(values: Floats) -> Ints:
    """Return the places of the highest values of each row, the highest first."""
    place = np.argpartition(-values, _MOST, axis=1)[:, :_MOST]
    order = np.argsort(-np.take_along_axis(values, place, axis=1), axis=1, kind="stable")
    made: Ints = np.take_along_axis(place, order, axis=1)
    return made
