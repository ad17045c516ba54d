"""Formants by linear prediction (Markel & Gray 1976, Linear prediction of speech, §7)."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from scipy.fft import irfft, rfft

from yesand.affect.features import RATE
from yesand.affect.features import WINDOW as SHORT
from yesand.affect.prosody.pitch import windows

#: Two coefficients a kHz of bandwidth describe the vocal tract (ibid. §6.5).
_ORDER = 16
_EMPHASIS = 0.97
_LOWEST, _HIGHEST, _WIDEST = 150.0, 5_500.0, 700.0
FORMANTS = 3

Floats = NDArray[np.float64]


def find(signal: Floats, wanted: NDArray[np.bool_]) -> Floats:
    """Return places and widths in Hz of the first three formants, shape (frames, 6).

    Zero where none is found, or where it was not wanted.

    Parameters
    ----------
    signal : shape (samples,), at 16 kHz. wanted : shape (frames,).
    """
    made = np.zeros((len(wanted), 2 * FORMANTS))
    sharper = np.append(signal[:1], signal[1:] - _EMPHASIS * signal[:-1])
    frames = windows(sharper, SHORT)[: len(wanted)][wanted] * np.hanning(SHORT)
    if not len(frames):
        return made
    roots = _roots(_prediction(frames))
    place = np.angle(roots) * RATE / (2 * np.pi)
    width = -np.log(np.maximum(np.abs(roots), 1e-9)) * RATE / np.pi
    known = (place > _LOWEST) & (place < _HIGHEST) & (width < _WIDEST) & (width > 0)
    order = np.argsort(np.where(known, place, np.inf), axis=1)[:, :FORMANTS]
    rows = [np.take_along_axis(np.where(known, one, 0.0), order, axis=1) for one in (place, width)]
    made[wanted] = np.concatenate(rows, axis=1)
    return made


def _prediction(frames: Floats) -> Floats:
    """Return the coefficients that predict a sample from those before, shape (frames, 16)."""
    size = 1_024
    own = irfft(np.abs(rfft(frames, size)) ** 2, size)[:, : _ORDER + 1]
    # A floor 50 dB down keeps the equations solvable where the sound is a pure tone.
    own[:, 0] = own[:, 0] * (1 + 1e-5) + 1e-12
    lag = np.abs(np.arange(_ORDER)[:, None] - np.arange(_ORDER)[None])
    made: Floats = np.linalg.solve(own[:, lag], own[:, 1:, None])[:, :, 0]
    return made


def _roots(prediction: Floats) -> NDArray[np.complex128]:
    """Return the roots of 1 − Σ aₖ z⁻ᵏ, as the companion matrices' eigenvalues."""
    companion = np.zeros((len(prediction), _ORDER, _ORDER))
    companion[:, 0] = prediction
    companion[:, np.arange(1, _ORDER), np.arange(_ORDER - 1)] = 1
    made: NDArray[np.complex128] = np.linalg.eigvals(companion).astype(np.complex128)
    return made
