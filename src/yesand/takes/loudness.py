"""Integrated loudness by ITU-R BS.1770-4, with pyloudnorm's filters.

The gating is pyloudnorm's, told in arrays instead of loops, which halves the time of an import;
a test holds both to the same figures.
"""

from __future__ import annotations

from functools import cache

import numpy as np
import numpy.typing as npt

Array = npt.NDArray[np.float64]

#: LUFS. The absolute gate: below it, loudness counts nothing.
GATE_LUFS = -70.0
_RELATIVE_GATE = -10.0
_STRETCH, _MARGIN = 4_096, 64
_OFFSET = -0.691  # makes a 997 Hz sine at full scale in one channel read −3.01 LKFS
_BLOCK_S, _STEP = 0.4, 0.25  # blocks of 400 ms, a quarter of a block apart
#: Left, right, centre, left and right surround (table 3); a further channel is not measured.
_GAINS = np.array([1.0, 1.0, 1.0, 1.41, 1.41])


def integrated(samples: npt.NDArray[np.float32], rate: int) -> float:
    """Return the integrated loudness in LUFS, never below the absolute gate.

    Parameters
    ----------
    samples : shape (frames, channels). Shorter than a block, it is one block of its own length.
    """
    gains = _GAINS[: samples.shape[1]]
    power = _block_power(samples[:, : len(gains)].astype(np.float64), rate) @ gains
    with np.errstate(divide="ignore"):
        blocks = _OFFSET + 10 * np.log10(power)
    loud = blocks >= GATE_LUFS
    if not loud.any():
        return GATE_LUFS
    relative = _lufs(power[loud]) + _RELATIVE_GATE
    return max(GATE_LUFS, _lufs(power[loud & (blocks > relative)]))


def true_peak(samples: npt.NDArray[np.float32]) -> float:
    """Return the true peak in dBTP: the highest point of four times as many samples (annex 2).

    Parameters
    ----------
    samples : shape (frames, channels). Only the surroundings of what is within 6 dB of the highest
        sample are looked at: between two samples a wave rises by no more in practice.
    """
    from scipy.signal import resample_poly

    peak = float(np.abs(samples).max())
    for channel in samples.T if peak > 0 else ():
        loud = np.flatnonzero(np.abs(channel) >= peak / 2)
        for start in np.unique(loud // _STRETCH) * _STRETCH:
            first = max(0, int(start) - _MARGIN)  # beyond a cut, the interpolation knows nothing
            finer = resample_poly(channel[first : start + _STRETCH + _MARGIN], 4, 1)
            own = finer[4 * (start - first) :][: 4 * _STRETCH]
            peak = max(peak, float(np.abs(own).max()))
    return float(20 * np.log10(max(peak, 1e-6)))


def _lufs(power: Array) -> float:
    return float(_OFFSET + 10 * np.log10(power.mean()))


def _block_power(samples: Array, rate: int) -> Array:
    """Return the mean square of each block after K-weighting, shape (blocks, channels)."""
    from scipy.signal import sosfilt

    seconds = len(samples) / rate
    block = min(_BLOCK_S, seconds)
    starts = _STEP * np.arange(round((seconds - block) / (block * _STEP)) + 1)
    weighted = sosfilt(_k_weighting(rate), samples, axis=0)
    energy = np.zeros((len(samples) + 1, samples.shape[1]))
    np.cumsum(np.square(weighted), axis=0, out=energy[1:])
    first = (block * starts * rate).astype(int)
    last = np.minimum((block * (starts + 1) * rate).astype(int), len(samples))
    # A difference of sums may come out a rounding below nothing.
    power: Array = np.maximum(energy[last] - energy[first], 0) / (block * rate)
    return power


@cache
def _k_weighting(rate: int) -> Array:
    """Return the two filters of annex 1 at any rate, as second-order sections, shape (2, 6)."""
    import pyloudnorm

    shelf = pyloudnorm.IIRfilter(4.0, 1 / np.sqrt(2), 1500.0, rate, "high_shelf")
    high_pass = pyloudnorm.IIRfilter(0.0, 0.5, 38.0, rate, "high_pass")
    return np.array([[*f.b, *f.a] for f in (shelf, high_pass)])
