"""A take as one row of numbers: how its descriptors lie, move and change over it."""

from __future__ import annotations

from dataclasses import replace
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from yesand.affect.features import BANDS
from yesand.affect.prosody.descriptors import Descriptors

#: Names what follows: any change to it, to the descriptors or to the pitch needs a new one.
VERSION = "prosody-v2"
#: Silence at either end is what lies 30 dB and more below the loudest frame, in ln of power.
_QUIET = 7.0
_MARGIN = 5
_LOUD = -30.0
_PEAK = -20.0
#: Fewer voiced frames than this say nothing of a voice.
_LEAST = 6
#: The statistics of a column, in order.
SPREAD = (
    "mean", "deviation", "p05", "p25", "p50", "p75", "p95", "range", "quartiles", "line", "bow",
    "turn", "step", "step-deviation", "skewness", "kurtosis",
)  # fmt: skip
TIMING = (
    "seconds", "voiced", "silent", "runs-a-second", "run-mean", "run-longest", "run-deviation",
    "beats-a-second", "mel-level", "loudest", "whole-seconds",
)  # fmt: skip
RHYTHMS = (0.3, 1, 2, 3, 4, 6, 8, 12, 16, 24, 50)
GROUPS = 16
_RATE = 100.0

Floats = NDArray[np.float64]


def functionals(heard: Descriptors) -> Floats:
    """Return a take's row, shape (1455,); all finite, whatever the take.

    Pitch and its steps, colour and its movement, voice quality, the spectrum of what is loud,
    timing, and rhythm by band; each by the statistics of ``_spread``.
    """
    own = _trimmed(heard)
    loud, voiced = own.level > _LOUD, own.voiced
    steps = np.diff(own.semitones)[voiced[1:] & voiced[:-1]]
    moved = np.gradient(own.colour, axis=0)[loud] if len(own.colour) > 1 else own.colour[loud] * 0
    parts = [
        _spread(own.semitones[voiced][:, None]),
        _spread(steps[:, None]),
        _spread(own.colour[loud]),
        *_movement(moved),
        _spread(own.quality[voiced]),
        *_spectrum(own.mel[loud]),
        _timing(own, loud, len(heard.mel)),
        _rhythm(own.mel),
    ]
    return np.nan_to_num(np.concatenate(parts), posinf=0.0, neginf=0.0)


def _trimmed(heard: Descriptors) -> Descriptors:
    """Leave off the silence at both ends."""
    loud = heard.mel.max(axis=1)
    place = np.flatnonzero(loud > loud.max() - _QUIET)
    own = slice(max(0, int(place[0]) - _MARGIN), int(place[-1]) + 1 + _MARGIN)
    return replace(
        heard,
        mel=heard.mel[own],
        semitones=heard.semitones[own],
        voiced=heard.voiced[own],
        level=heard.level[own],
        colour=heard.colour[own],
        quality=heard.quality[own],
    )


def _spread(values: Floats) -> Floats:
    """Return 16 statistics of each column of (frames, k), shape (16 · k,); zeros of too few.

    Mean, deviation, five percentiles and two ranges of them, line, bow and turn over the time,
    mean and deviation of the steps, skewness, kurtosis.
    """
    if len(values) < _LEAST:
        return np.zeros(len(SPREAD) * values.shape[1])
    mean, deviation = values.mean(axis=0), values.std(axis=0)
    off, step = values - mean, np.diff(values, axis=0)
    low, lower, middle, higher, high = np.percentile(values, [5, 25, 50, 75, 95], axis=0)
    time = np.linspace(-1, 1, len(values))[:, None]
    line, bow = (time * off).mean(axis=0) * 3, ((time**2 - (time**2).mean()) * off).mean(axis=0) * 6
    turn = (np.cos(1.5 * np.pi * (time + 1)) * off).mean(axis=0)
    moments = [(off**n).mean(axis=0) / (deviation**n + 1e-6) for n in (3, 4)]
    rows = [mean, deviation, low, lower, middle, higher, high, high - low, higher - lower]
    rows += [line, bow, turn, np.abs(step).mean(axis=0), step.std(axis=0), *moments]
    return np.concatenate(rows)


def _movement(moved: Floats) -> list[Floats]:
    if not len(moved):
        return [np.zeros(4 * moved.shape[1])]
    ends = np.percentile(moved, [95, 5], axis=0)
    return [moved.std(axis=0), np.abs(moved).mean(axis=0), *ends]


def _spectrum(mel: Floats) -> list[Floats]:
    """Return mean, deviation and two percentiles of each band, the level set aside, (4 · 64,)."""
    if not len(mel):
        return [np.zeros(4 * BANDS)]
    own = mel - mel.mean()
    return [own.mean(axis=0), own.std(axis=0), *np.percentile(own, [10, 90], axis=0)]


def _timing(own: Descriptors, loud: NDArray[np.bool_], frames: int) -> Floats:
    """Return lengths in seconds, shares and rates a second, and levels, shape (11,)."""
    seconds = len(own.mel) / _RATE
    edges = np.flatnonzero(np.diff(np.concatenate([[0], own.voiced.astype(int), [0]])))
    runs = np.diff(edges)[::2] / _RATE if len(edges) else np.zeros(1)
    before, here, after = own.level[:-2], own.level[1:-1], own.level[2:]
    beats = int(((here > before) & (here >= after) & (here > _PEAK)).sum())
    voice = [own.voiced.mean(), 1 - loud.mean(), len(edges) / 2 / seconds]
    lengths = [runs.mean(), runs.max(), runs.std(), beats / seconds]
    return np.array([seconds, *voice, *lengths, own.mel.mean(), own.loudest, frames / _RATE])


def _rhythm(mel: Floats) -> Floats:
    """Return the modulation spectrum, 16 groups of bands × 10 ranges of it, in ln, (160,).

    How fast each part of the voice rises and falls (Chi, Ru & Shamma 2005, §II, in spirit).
    """
    grouped = mel.reshape(len(mel), GROUPS, -1).mean(axis=2)
    shaped = (grouped - grouped.mean(axis=0)) * np.hanning(len(mel))[:, None]
    size = max(512, len(mel))
    power = np.abs(np.fft.rfft(shaped, size, axis=0)) ** 2 / len(mel)
    place = np.fft.rfftfreq(size, 1 / _RATE)
    ranges = pairwise(RHYTHMS)
    rows = [power[(place >= low) & (place < high)].mean(axis=0) for low, high in ranges]
    return np.log(np.array(rows) + 1e-3).ravel()
