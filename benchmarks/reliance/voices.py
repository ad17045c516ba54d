"""How a voice moves: pitch, loudness, spectrum and cepstra of a take, and how each lies and turns.

What performers do with their voices, beside what its bands hold on average: with these a small
network answers for voices that it never heard better than with statistics of the bands alone.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from scipy.fft import dct

Floats = NDArray[np.float64]
_WINDOW, _HOP, _FFT, _PITCHED = 400, 160, 512, 1024
_LOWEST, _HIGHEST = 65.0, 600.0  # Hz, of a pitch
_ROLLOFF = (0.25, 0.5, 0.75, 0.9)
_CEPSTRA = 20


def voice(signal: NDArray[np.float32], rate: int, mel: Floats, own: slice) -> Floats:
    """Return the functionals (297,) of a take.

    Parameters
    ----------
    mel : its log-mel frames. own : the frames in which it is heard.
    """
    course = _course(signal, rate, mel)[own]
    return np.concatenate([_functionals(course), [np.log(len(course))]])


def _course(signal: NDArray[np.float32], rate: int, mel: Floats) -> Floats:
    """Return what the voice does in each frame, (frames, 37)."""
    import librosa  # a peer's library: whoever plays other games needs none

    power = np.abs(librosa.stft(signal, n_fft=_FFT, hop_length=_HOP, win_length=_WINDOW))
    pitch = librosa.yin(
        signal, fmin=_LOWEST, fmax=_HIGHEST, sr=rate, frame_length=_PITCHED, hop_length=_HOP
    )
    known = {"S": power, "sr": rate}
    crossings = librosa.feature.zero_crossing_rate(signal, frame_length=_WINDOW, hop_length=_HOP)
    parts = [
        np.log2(pitch)[None],
        np.log(librosa.feature.rms(S=power, frame_length=_FFT) + 1e-5),
        crossings,
        librosa.feature.spectral_centroid(**known),
        librosa.feature.spectral_bandwidth(**known),
        np.log(librosa.feature.spectral_flatness(S=power) + 1e-8),
        librosa.feature.spectral_contrast(fmin=100, n_bands=5, **known),
        *(librosa.feature.spectral_rolloff(roll_percent=part, **known) for part in _ROLLOFF),
        _flux(power),
        dct(mel, norm="ortho", axis=1)[:, 1 : _CEPSTRA + 1].T,
    ]
    frames = min(part.shape[1] for part in parts)
    return np.concatenate([part[:, :frames] for part in parts]).T


def _flux(power: Floats) -> Floats:
    shape = power / (power.sum(0) + 1e-8)
    return np.concatenate([[0.0], np.sqrt((np.diff(shape) ** 2).sum(0))])[None]


def _functionals(course: Floats) -> Floats:
    """Return mean, spread, quantiles, range, slope over time and mean step of each column."""
    time = np.linspace(-1, 1, len(course))
    slope = time @ (course - course.mean(0)) / (time @ time)
    low, fifth, half, fourth, high = np.percentile(course, [5, 20, 50, 80, 95], axis=0)
    step = np.abs(np.diff(course, axis=0)).mean(0)
    return np.concatenate(
        [course.mean(0), course.std(0), fifth, half, fourth, high - low, slope, step]
    )
