"""A source–filter voice (Fant 1960; Klatt & Klatt 1990): glottal pulses through moving formants."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy.signal import lfilter, resample_poly, sosfilt

from yesand.takes.troupe.speech import STEP_S, Array, Tracks

RATE = 16_000
#: The source is made at twice the rate, so that the sharp closure of a pulse does not alias.
_OVER = 2
_STEP = round(STEP_S * RATE)
#: Filters move twice a step (2.5 ms): larger jumps of a resonator are heard as clicks.
_FINER = 2
#: F4 and F5 in Hz for a standard tract, and all bandwidths in Hz (Klatt 1980, table I).
_UPPER = (3500.0, 4500.0)
_BANDWIDTHS = np.array([70.0, 90.0, 130.0, 200.0, 250.0])


@dataclass(frozen=True)
class Phonation:
    """How the voice sounds while one line is said.

    Attributes
    ----------
    tract : formants relative to a standard vocal tract (1.15 is a shorter one).
    open_quotient : part of a cycle in which the glottis is open; pressed voices near 0.4,
        lax ones near 0.8 (Klatt & Klatt 1990).
    tilt_hz : corner of the source's further fall of 6 dB an octave; lower is duller.
    breath : amplitude of aspiration relative to voicing.
    jitter, shimmer : standard deviation of a cycle's length and amplitude, relative.
    gain : amplitude of the whole.
    """

    tract: float
    open_quotient: float
    tilt_hz: float
    breath: float
    jitter: float
    shimmer: float
    gain: float


def sing(tracks: Tracks, f0: Array, loud: Array, how: Phonation, rng: np.random.Generator) -> Array:
    """Return the sound of a line, shape (samples,), at 16 kHz.

    Parameters
    ----------
    f0 : shape (steps,), Hz.
    loud : shape (steps,), amplitude of each step relative to the whole.
    """
    steps = len(f0)
    pulses, opening = _glottis(f0, how, rng)
    dulled = lfilter(*_one_pole(how.tilt_hz), pulses)
    voiced = resample_poly(dulled, 1, _OVER)[: steps * _STEP]
    open_now = opening[::_OVER][: steps * _STEP]
    noise = rng.standard_normal(steps * _STEP)
    aspiration = how.breath * noise * (0.25 + 0.75 * open_now)
    excitation = (voiced + aspiration) * _stretch(tracks.voice * loud)
    sound = _tract(excitation, tracks.formants, how.tract)
    sound += _hiss(tracks, loud, how.tract, rng)
    return how.gain * sound


def _glottis(f0: Array, how: Phonation, rng: np.random.Generator) -> tuple[Array, Array]:
    """Return the derivative of the glottal flow, and whether the glottis is open, oversampled."""
    pitch = _stretch(f0, _OVER)
    cycle = np.cumsum(pitch) / (RATE * _OVER)
    count = int(cycle[-1]) + 2
    longer = 1 + how.jitter * rng.standard_normal(count)
    phase = np.cumsum(pitch * longer[cycle.astype(int)]) / (RATE * _OVER)
    amplitude = 1 + how.shimmer * rng.standard_normal(int(phase[-1]) + 2)
    within = phase % 1.0 / how.open_quotient
    is_open = within < 1.0
    # KLGLOTT88: flow t² − t³ while open, so its derivative is 2t − 3t², and nothing when closed.
    flow = np.where(is_open, 2 * within - 3 * within**2, 0.0)
    return flow * amplitude[phase.astype(int)], is_open.astype(np.float64)


def _tract(excitation: Array, formants: Array, scale: float) -> Array:
    """Filter through five resonators in cascade, their centres moving all the time."""
    moving = np.array([_stretch(column)[:: _STEP // _FINER] for column in formants.T]).T
    upper = np.tile(_UPPER, (len(moving), 1))
    centres = np.minimum(np.hstack([moving, upper]) * scale, 0.47 * RATE)
    radius = np.exp(-np.pi * _BANDWIDTHS * scale / RATE)
    b1 = 2 * radius * np.cos(2 * np.pi * centres / RATE)
    b2 = np.broadcast_to(-(radius**2), b1.shape)
    sections = np.zeros((*b1.shape, 6))
    sections[..., 0], sections[..., 3] = 1 - b1 - b2, 1.0
    sections[..., 4], sections[..., 5] = -b1, -b2
    out, state = np.empty_like(excitation), np.zeros((b1.shape[1], 2))
    for step, sos in enumerate(sections):
        part = slice(step * _STEP // _FINER, (step + 1) * _STEP // _FINER)
        out[part], state = sosfilt(sos, excitation[part], zi=state)
    return out


def _hiss(tracks: Tracks, loud: Array, scale: float, rng: np.random.Generator) -> Array:
    """Return frication: noise in a band for each place of articulation, faded in and out."""
    total = np.zeros(len(loud) * _STEP)
    for centre in np.unique(tracks.hiss_hz[tracks.hiss > 0]):
        amount = np.where(tracks.hiss_hz == centre, tracks.hiss, 0.0) * loud
        noise = rng.standard_normal(len(total))
        at = min(centre * scale**0.5, 0.45 * RATE)
        radius = np.exp(-np.pi * 0.35 * at / RATE)
        poles = [1.0, -2 * radius * np.cos(2 * np.pi * at / RATE), radius**2]
        total += lfilter([1 - radius, 0.0, radius - 1], poles, noise) * _stretch(amount)
    return total


def _stretch(track: Array, over: int = 1) -> Array:
    """Return a track's value for every sample, shape (steps × samples a step,)."""
    wanted = np.arange(len(track) * _STEP * over) / (_STEP * over)
    return np.interp(wanted, np.arange(len(track)) + 0.5, track)


def _one_pole(corner: float) -> tuple[list[float], list[float]]:
    decay = float(np.exp(-2 * np.pi * corner / (RATE * _OVER)))
    return [1 - decay], [1.0, -decay]
