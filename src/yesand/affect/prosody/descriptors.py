"""What is heard in each 10 ms of a take: spectrum, loudness, voice quality, formants.

Most are the low-level descriptors of GeMAPS (Eyben et al. 2016, doi:10.1109/TAFFC.2015.2457417,
§3.1) by formulas of our own; aperiodicity by band is after WORLD's (Morise 2016, D4C) in spirit:
how much of a band's power repeats with the pitch.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.fft import dct, irfft, rfft

from yesand.affect.features import RATE
from yesand.affect.features import WINDOW as SHORT
from yesand.affect.prosody import formants
from yesand.affect.prosody.pitch import Pitch, pitch, windows

_FFT = 512
_FREQUENCY = np.fft.rfftfreq(_FFT, 1 / RATE)
_CEPSTRA = 20
_ROLL_OFF = (0.25, 0.5, 0.75, 0.9)
_SLOPES = ((0, 500), (500, 1_500), (1_500, 5_000))
_BANDS = ((0, 1_000), (1_000, 2_000), (2_000, 4_000), (4_000, 8_000))
_LEAST = 1e-12
COLOUR = (
    *(f"cepstrum-{n}" for n in range(1, _CEPSTRA)),
    "centre", "spread", "skewness", "kurtosis",
    *(f"roll-off-{100 * q:.0f}" for q in _ROLL_OFF), "flatness",
    *(f"slope-{low}-{high}" for low, high in _SLOPES), "alpha-ratio", "hammarberg-index",
    "level", "crossings", "flux", "harmonicity",
)  # fmt: skip
QUALITY = (
    *(f"aperiodicity-{low}-{high}" for low, high in _BANDS),
    "h1-h2", "h1-a1", "h1-a3", "a1-a3", "a1-a2", "voiced-harmonicity",
    *(f"formant-{n}" for n in (1, 2, 3)), *(f"formant-width-{n}" for n in (1, 2, 3)),
)  # fmt: skip

Floats = NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class Descriptors:
    """A take, frame by frame.

    Attributes
    ----------
    mel : log energies of 64 bands, shape (frames, 64).
    semitones : pitch above 55 Hz, shape (frames,); nothing is meant where ``voiced`` is false.
    level : in dB below the take's loudest frame, shape (frames,).
    loudest : that frame's level in dB below full scale.
    colour : of every frame, shape (frames, 37): cepstra 1–19, the spectrum's moments, roll-off,
        flatness, slopes, balance, level, crossings, flux, harmonicity.
    quality : of voiced frames, shape (frames, 16): aperiodicity by band, harmonics' and formants'
        levels, harmonicity, formants' places and widths.
    """

    mel: Floats
    semitones: Floats
    voiced: NDArray[np.bool_]
    level: Floats
    loudest: float
    colour: Floats
    quality: Floats


def describe(signal: Floats, mel: Floats) -> Descriptors:
    """Return the descriptors of one channel.

    Parameters
    ----------
    signal : shape (samples,), at 16 kHz, full scale ±1.
    mel : its log-mel energies by ``features.logmel``, shape (frames, 64).
    """
    frames = windows(signal, SHORT)[: len(mel)]
    mel = mel[: len(frames)].astype(np.float64)
    heard = pitch(signal)
    power = np.abs(rfft(frames * np.hanning(SHORT), _FFT)) ** 2 + _LEAST
    level = 10 * np.log10((frames**2).mean(axis=1) + 1e-10)
    found = formants.find(signal, level > level.max() - 30)
    colour = np.column_stack(
        [
            _cepstra(mel),
            _spectrum(power),
            level - level.max(),
            _crossings(frames),
            _flux(power),
            heard.harmonicity,
        ]
    )
    quality = np.column_stack(
        [_aperiodicity(frames, heard), _levels(power, heard), heard.harmonicity, found]
    )
    voiced = (heard.hertz > 0) & (level > level.max() - 35)
    semitones = 12 * np.log2(np.maximum(heard.hertz, 1.0) / 55)
    loudest = float(level.max())
    return Descriptors(mel, semitones, voiced, level - loudest, loudest, colour, quality)


def _cepstra(mel: Floats) -> Floats:
    """Return cepstral coefficients 1 to 19; the zeroth is the level."""
    made: Floats = dct(mel, axis=1, norm="ortho")[:, 1:_CEPSTRA]
    return made


def _spectrum(power: Floats) -> Floats:
    """Return moments, roll-off, flatness, slopes, and two balances, shape (frames, 14)."""
    share = power / power.sum(axis=1, keepdims=True)
    centre = share @ _FREQUENCY
    off = _FREQUENCY[None] - centre[:, None]
    spread = np.sqrt((share * off**2).sum(axis=1)) + _LEAST
    moments = [centre, spread, *((share * off**n).sum(axis=1) / spread**n for n in (3, 4))]
    summed = share.cumsum(axis=1)
    roll = [np.log(_FREQUENCY[(summed >= q).argmax(axis=1)] + 50) for q in _ROLL_OFF]
    decibel = 10 * np.log10(power)
    flat = np.exp(np.log(power).mean(axis=1)) / power.mean(axis=1)
    return np.column_stack([*moments, *roll, flat, *_slopes(decibel), *_balance(power, decibel)])


def _slopes(decibel: Floats) -> list[Floats]:
    """Return the straight line's slope in each of three ranges, in dB a kHz (GeMAPS: two)."""
    made = []
    for low, high in _SLOPES:
        within = (low <= _FREQUENCY) & (high > _FREQUENCY)
        place = _FREQUENCY[within] / 1_000
        place = place - place.mean()
        made.append(decibel[:, within] @ place / (place @ place))
    return made


def _balance(power: Floats, decibel: Floats) -> tuple[Floats, Floats]:
    """Return the alpha ratio and Hammarberg's index, in dB (GeMAPS, "spectral parameters")."""
    low = power[:, (_FREQUENCY >= 50) & (_FREQUENCY < 1_000)].sum(axis=1)
    high = power[:, (_FREQUENCY >= 1_000) & (_FREQUENCY < 5_000)].sum(axis=1)
    strongest = decibel[:, _FREQUENCY < 2_000].max(axis=1)
    above = decibel[:, (_FREQUENCY >= 2_000) & (_FREQUENCY < 5_000)].max(axis=1)
    return 10 * np.log10(low / high), strongest - above


def _crossings(frames: Floats) -> Floats:
    made: Floats = (np.diff(np.signbit(frames), axis=1) != 0).mean(axis=1)
    return made


def _flux(power: Floats) -> Floats:
    """Return how far each spectrum, its level set aside, lies from the one before."""
    shape = np.sqrt(power / power.sum(axis=1, keepdims=True))
    moved = np.sqrt(((shape[1:] - shape[:-1]) ** 2).sum(axis=1))
    return np.concatenate([[0.0], moved])


def _aperiodicity(frames: Floats, heard: Pitch) -> Floats:
    """Return for each band the share of its power that does not repeat with the pitch.

    The band's autocorrelation at the period is Σ P(f) cos(2π f / pitch) / Σ P(f), over the
    window's own.
    """
    window = np.hanning(SHORT)
    power = np.abs(rfft(frames * window, 2 * _FFT)) ** 2 + _LEAST
    frequency = np.fft.rfftfreq(2 * _FFT, 1 / RATE)
    own = irfft(np.abs(rfft(window, 2 * _FFT)) ** 2, 2 * _FFT)
    period = np.where(heard.hertz > 0, RATE / np.maximum(heard.hertz, 1.0), 0.0)
    drop = np.interp(period, np.arange(SHORT), own[:SHORT] / own[0]).clip(0.02)
    wave = np.cos(2 * np.pi * frequency[None] * period[:, None] / RATE)
    made = []
    for low, high in _BANDS:
        within = (low <= frequency) & (high > frequency)
        whole = power[:, within].sum(axis=1)
        made.append(1 - (power[:, within] * wave[:, within]).sum(axis=1) / whole / drop)
    return np.column_stack(made).clip(-1, 2)


def _levels(power: Floats, heard: Pitch) -> Floats:
    """Return H1−H2, H1−A1, H1−A3, A1−A3 and A1−A2, in dB, shape (frames, 5).

    A1 to A3 are the highest levels where first, second and third formants lie.
    """
    decibel = 10 * np.log10(power)
    first, second = (_at(decibel, heard.hertz * n) for n in (1, 2))
    a1, a2, a3 = (
        decibel[:, (low < _FREQUENCY) & (high > _FREQUENCY)].max(axis=1)
        for low, high in ((300, 900), (900, 2_000), (2_000, 3_500))
    )
    return np.column_stack([first - second, first - a1, first - a3, a1 - a3, a1 - a2])


def _at(decibel: Floats, hertz: Floats) -> Floats:
    """Return the level at each frame's frequency, or beside it where that is louder."""
    place = np.rint(hertz * _FFT / RATE).astype(int)
    every, last = np.arange(len(decibel)), decibel.shape[1] - 1
    near = [decibel[every, np.clip(place + step, 0, last)] for step in (-1, 0, 1)]
    made: Floats = np.max(near, axis=0)
    return made
