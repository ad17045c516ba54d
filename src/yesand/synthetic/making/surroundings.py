"""Where and through what a voice is heard: room, noise, device."""

from __future__ import annotations

from math import gcd

import numpy as np
from numpy.typing import NDArray
from scipy.fft import irfft, rfft
from scipy.signal import butter, fftconvolve, resample_poly, sosfilt

Floats = NDArray[np.float64]
#: Hz that a device lets through, and whether it codes in 8 bits at 8 kHz (ITU-T G.711, µ-law).
DEVICES: dict[str, tuple[float, float, bool]] = {
    "telephone": (300.0, 3_400.0, True),  # ITU-T G.712
    "laptop": (180.0, 7_000.0, False),
    "headset": (100.0, 6_500.0, False),
}
_MU = 255.0
#: A room's noise falls by 60 dB in its reverberation time (ISO 3382-1): e^(−6.9 t / T).
_DECAY = 3 * np.log(10)


def in_room(wave: Floats, rate: int, rt60: float, direct_db: float, chance: int) -> Floats:
    """Return a voice as heard in a room, shape (samples,), its end cut off.

    The room is decaying noise (Moorer 1979): no room that there is, and none that is a person's.

    Parameters
    ----------
    rt60 : reverberation time in s. direct_db : the voice itself above the room's answer.
    """
    rng = np.random.default_rng(chance)
    time = np.arange(round(rt60 * rate)) / rate
    answer = rng.standard_normal(len(time)) * np.exp(-_DECAY * time / rt60)
    answer *= 10 ** (-direct_db / 20) / np.sqrt((answer**2).sum())
    answer[0] += 1.0
    made: Floats = fftconvolve(wave, answer)[: len(wave)]
    return made


def in_noise(wave: Floats, snr_db: float, colour: str, chance: int) -> Floats:
    """Return a voice in noise, by a ratio of their whole powers in dB.

    Parameters
    ----------
    colour : ``white``, or ``pink``: 3 dB less an octave.
    """
    noise = np.random.default_rng(chance).standard_normal(len(wave))
    if colour == "pink":
        spectrum = rfft(noise)
        noise = irfft(spectrum / np.sqrt(np.maximum(np.arange(len(spectrum)), 1)), len(wave))
    wanted = (wave**2).mean() / 10 ** (snr_db / 10)
    made: Floats = wave + noise * np.sqrt(wanted / (noise**2).mean())
    return made


def through(wave: Floats, rate: int, device: str) -> Floats:
    """Return a voice as a device hands it on, shape (samples,)."""
    low, high, coded = DEVICES[device]
    top = min(high, 0.45 * rate)
    heard = sosfilt(butter(4, [low, top], "bandpass", fs=rate, output="sos"), wave)
    return _coded(heard, rate) if coded else heard


def _coded(wave: Floats, rate: int) -> Floats:
    """Code in µ-law of 8 bits at 8 kHz, and back."""
    common = gcd(rate, 8_000)
    narrow = resample_poly(wave, 8_000 // common, rate // common)
    scale = max(float(np.abs(narrow).max()), 1e-9)
    packed = np.sign(narrow) * np.log1p(_MU * np.abs(narrow / scale)) / np.log1p(_MU)
    steps = np.rint(packed * 127) / 127
    opened = np.sign(steps) * np.expm1(np.abs(steps) * np.log1p(_MU)) / _MU * scale
    back: Floats = resample_poly(opened, rate // common, 8_000 // common)
    return np.pad(back, (0, max(0, len(wave) - len(back))))[: len(wave)]
