"""Performances made of notes: rich enough in landmarks to be known again, made in a millisecond."""

from __future__ import annotations

import io
from math import gcd

import numpy as np
import numpy.typing as npt
import soundfile
from scipy.signal import resample_poly

from yesand.takes.sound import Probe, Sound

Wave = npt.NDArray[np.float32]
RATE = 16_000


def played(seed: int, seconds: float = 2.0, notes: int = 60) -> Wave:
    """Return notes at random places and pitches, over a breath of hiss."""
    luck = np.random.default_rng(seed)
    wave = 0.001 * luck.standard_normal(int(seconds * RATE))
    for begin in luck.uniform(0, seconds - 0.2, notes):
        long = int(luck.uniform(0.05, 0.2) * RATE)
        tone = np.sin(2 * np.pi * luck.uniform(200, 3_500) * np.arange(long) / RATE)
        wave[(at := int(begin * RATE)) : at + long] += (
            luck.uniform(0.05, 0.2) * tone * np.hanning(long)
        )
    made: Wave = wave.astype(np.float32)
    return made


def sound(wave: Wave, rate: int = RATE) -> Sound:
    """Return a wave as a decoded recording."""
    probe = Probe("audio/wav", round(1000 * len(wave) / rate), rate, 1, len(wave))
    return Sound(probe, wave[:, None])


def coded(wave: Wave, form: str) -> Wave:
    """Return what is left of a wave in another format."""
    file = io.BytesIO()
    soundfile.write(file, wave, RATE, format=form)
    file.seek(0)
    heard: Wave = soundfile.read(file, dtype="float32")[0]
    return heard


def noisy(wave: Wave, decibels: float) -> Wave:
    """Return a wave under white noise, so many decibels below it."""
    level = np.sqrt(np.mean(wave**2) / 10 ** (decibels / 10))
    return wave + level * np.random.default_rng(9).standard_normal(len(wave)).astype(np.float32)


def resampled(wave: Wave, rate: int) -> Wave:
    """Return a wave at another rate."""
    common = gcd(rate, RATE)
    made: Wave = resample_poly(wave, rate // common, RATE // common).astype(np.float32)
    return made
