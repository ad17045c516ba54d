"""Moving time and pitch apart: a phase vocoder over a voice that was played at another speed.

Played r times faster, a voice is r times higher and shorter; a phase vocoder then gives it the
length that is wanted (Flanagan & Golden 1966), with the bins around each peak locked to it
(Laroche & Dolson 1999, doi:10.1109/89.759041, §III-D "identity phase locking").
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from scipy.fft import irfft, rfft
from scipy.ndimage import map_coordinates
from scipy.signal import butter, sosfiltfilt

Floats = NDArray[np.float64]
Complex = NDArray[np.complex128]
#: Seconds of a window: three periods of a voice at 60 Hz.
_WINDOW_S = 0.05
_OVERLAP = 4
_LEAST = 1e-12


def warped(wave: Floats, rate: int, stretch: float, ratio: Floats | float) -> Floats:
    """Return a voice at another tempo and pitch, shape (round(samples · stretch),).

    Parameters
    ----------
    wave : shape (samples,). stretch : 1.2 is a fifth longer.
    ratio : new pitch by old, one for all or one for each sample.
    """
    moved = np.broadcast_to(np.asarray(ratio, np.float64), wave.shape)
    reached = np.concatenate([[0.0], np.cumsum(1 / moved)])
    played = _played(wave, rate, moved, reached)
    length = round(len(wave) * stretch)
    size = _size(rate)
    hop = size // _OVERLAP
    centres = np.arange(0, length + size, hop)
    heard = np.interp(centres / stretch, np.arange(len(wave) + 1), reached)
    return _resynthesised(played, heard, size)[size // 2 :][:length]


def _played(wave: Floats, rate: int, ratio: Floats, reached: Floats) -> Floats:
    """Play a voice at ``ratio`` of its speed; what would then lie too high is left out."""
    highest = float(ratio.max())
    if highest > 1:
        corner = 0.48 * rate / highest
        wave = sosfiltfilt(butter(6, corner, fs=rate, output="sos"), wave)
    wanted = np.arange(int(reached[-1]))
    places = np.interp(wanted, reached, np.arange(len(reached)))
    made: Floats = map_coordinates(wave, [places], order=3, mode="nearest")
    return made


def _resynthesised(wave: Floats, centres: Floats, size: int) -> Floats:
    """Return the wave as heard at ``centres``, one step of a quarter window apart."""
    hop, window = size // _OVERLAP, np.hanning(size + 1)[:-1]
    spectra = _spectra(wave, centres, size, window)
    before = _spectra(wave, centres - hop, size, window)
    turned = np.angle(spectra * np.conj(before))
    frames = irfft(_locked(spectra, turned), size, axis=1) * window
    out, weight = (np.zeros(len(centres) * hop + size) for _ in range(2))
    for step, frame in enumerate(frames):
        part = slice(step * hop, step * hop + size)
        out[part] += frame
        weight[part] += window**2
    made: Floats = out / np.maximum(weight, 0.1)
    return made


def _spectra(wave: Floats, centres: Floats, size: int, window: Floats) -> Complex:
    """Return the spectrum around each centre, shape (centres, size // 2 + 1)."""
    padded = np.pad(wave, (2 * size, 2 * size))
    first = np.rint(centres).astype(np.int64) + 2 * size - size // 2
    starts = np.clip(first, 0, len(padded) - size)
    made: Complex = rfft(padded[starts[:, None] + np.arange(size)] * window, axis=1)
    return made


def _locked(spectra: Complex, turned: Floats) -> Complex:
    """Let each peak's phase go on from where it was, and its neighbours keep their place by it."""
    made = np.empty_like(spectra)
    made[0] = spectra[0]
    for step in range(1, len(spectra)):
        loud, phase = np.abs(spectra[step]), np.angle(spectra[step])
        peak = _peaks(loud)
        go_on = np.angle(made[step - 1]) + turned[step]
        made[step] = loud * np.exp(1j * (go_on[peak] + phase - phase[peak]))
    return made


def _peaks(loud: Floats) -> NDArray[np.int64]:
    """Return for each bin the peak that it belongs to: the nearest."""
    padded = np.pad(loud, 2, constant_values=-1.0)
    near = np.stack([padded[k : k + len(loud)] for k in (0, 1, 3, 4)])
    peaks = np.flatnonzero((loud >= near.max(axis=0)) & (loud > _LEAST))
    if not len(peaks):
        return np.arange(len(loud))
    borders = (peaks[1:] + peaks[:-1]) / 2
    nearest: NDArray[np.int64] = peaks[np.searchsorted(borders, np.arange(len(loud)))]
    return nearest


def _size(rate: int) -> int:
    """Return a window's samples: a power of two, for any rate about equally long."""
    return int(2 ** round(np.log2(_WINDOW_S * rate)))
