"""How an emotion is voiced, over many performers: prosody against each one's own middle.

What a performer sounds like is taken away before anything is learnt: of every take only its
distance from the mean of that performer's emotions is kept, and of an emotion only the mean and the
spread of those distances over all performers. Nobody's voice is in it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cache

import numpy as np
from numpy.typing import NDArray
from scipy.fft import rfft

from yesand.affect.features import HOP, RATE
from yesand.affect.prosody.pitch import Pitch, pitch, windows
from yesand.synthetic.making.generator import Floats
from yesand.synthetic.making.variation import tempo_of
from yesand.takes.troupe.cast import CAST, SPREAD, Manner, Member
from yesand.takes.troupe.perform import say
from yesand.takes.troupe.scenes import SCENES

#: What is measured of a take: pitch in semitones, tempo in octaves, the pitch's deviation, level,
#: balance of high against low in dB, the pitch's trembling in semitones, harmonicity in dB, and the
#: first harmonic above the second in dB (as in GeMAPS, ``affect.prosody``).
MEASURES = ("pitch", "tempo", "range", "level", "balance", "tremor", "harmonicity", "h1-h2")
#: What the voice changes one to one, in the measures' own units.
_ALIKE = ("pitch", "tempo")
#: What it can change to have the other measures so; the rest of a manner stays as it is.
_CHANGES = ("span", "level", "bright", "breath", "press", "shake")
#: An emotion that fewer perform, or in fewer takes, would be those people's own.
LEAST_PERFORMERS, LEAST_TAKES = 3, 6
_FFT = 1024
_LOUD = 25.0
#: How far a change may go, in spreads of the cast: further, the voice is no voice.
_FURTHEST = 4.0
#: How sure a measure is, against what the cast's own spread does to it (ridge).
_RIDGE = 0.3


def measured(sound: NDArray[np.float32]) -> Floats:
    """Return what is measured of a take at 16 kHz, shape (8,), all finite."""
    wave = sound.astype(np.float64)
    heard = pitch(wave)
    frames = windows(wave, HOP * 4)[: len(heard.hertz)]
    level = 10 * np.log10((frames**2).mean(axis=1) + 1e-10)
    loud = level > level.max() - _LOUD
    voiced = loud & (heard.hertz > 0)
    power = np.abs(rfft(frames * np.hanning(HOP * 4), _FFT)) ** 2 + 1e-12
    tempo = float(np.log2(max(tempo_of(wave, RATE), 0.5)))
    middle, deviation = _pitched(heard, voiced)
    told = [middle, tempo, deviation, float(level[loud].mean()), _balance(power[loud])]
    return np.array([*told, _tremor(heard, voiced), *_voiced(heard, power, voiced)])


def _pitched(heard: Pitch, voiced: NDArray[np.bool_]) -> tuple[float, float]:
    if voiced.sum() < 3:
        return 12.0, 0.0
    semitones = 12 * np.log2(heard.hertz[voiced] / 55)
    return float(np.median(semitones)), float(semitones.std())


def _balance(power: Floats) -> float:
    """Return what lies above 1 kHz against what lies below, in dB (alpha ratio, turned)."""
    split = 1_000 * _FFT // RATE
    low, high = power[:, 3:split].sum(axis=1), power[:, split : 5 * split].sum(axis=1)
    return float(10 * np.log10(high / low).mean())


def _tremor(heard: Pitch, voiced: NDArray[np.bool_]) -> float:
    """Return how far the pitch leaves its own line from frame to frame, in semitones."""
    semitones = 12 * np.log2(np.maximum(heard.hertz, 1.0) / 55)
    whole = voiced[2:] & voiced[1:-1] & voiced[:-2]
    bend = np.abs(np.diff(semitones, 2))[whole]
    return float(np.median(bend)) if len(bend) > 3 else 0.0


def _voiced(heard: Pitch, power: Floats, voiced: NDArray[np.bool_]) -> tuple[float, float]:
    if voiced.sum() < 3:
        return 0.0, 0.0
    decibel = 10 * np.log10(power[voiced])
    every = np.arange(len(decibel))
    place = [np.rint(heard.hertz[voiced] * n * _FFT / RATE).astype(int) for n in (1, 2)]
    near = [np.max([decibel[every, p + step] for step in (-1, 0, 1)], axis=0) for p in place]
    return float(heard.harmonicity[voiced].mean()), float((near[0] - near[1]).mean())


@dataclass(frozen=True, eq=False)
class Voicing:
    """One emotion over all performers: mean and spread of its distances, (8,) each."""

    mean: Floats
    spread: Floats


def voicings(
    rows: Floats, emotions: Sequence[str], performers: Sequence[str]
) -> dict[str, Voicing | str]:
    """Return each emotion's voicing, or why there is none.

    Parameters
    ----------
    rows : (takes, 8), by ``measured``.
    """
    emotion, performer = np.array(emotions), np.array(performers)
    own = {p: _middle(rows[performer == p], emotion[performer == p]) for p in set(performers)}
    apart = rows - np.array([own[p] for p in performers])
    return {e: _voicing(apart, emotion == e, performer) for e in sorted(set(emotions))}


def _middle(rows: Floats, emotion: NDArray[np.str_]) -> Floats:
    made: Floats = np.mean([rows[emotion == e].mean(axis=0) for e in np.unique(emotion)], axis=0)
    return made


def _voicing(apart: Floats, mine: NDArray[np.bool_], performer: NDArray[np.str_]) -> Voicing | str:
    who = np.unique(performer[mine])
    if len(who) < LEAST_PERFORMERS or mine.sum() < LEAST_TAKES:
        return (
            f"{int(mine.sum())} takes by {len(who)} performers are too few: what would be learnt "
            f"is those people's own ({LEAST_TAKES} takes by {LEAST_PERFORMERS} performers at least)"
        )
    # Who performed more often counts no more.
    means = np.array([apart[mine & (performer == p)].mean(axis=0) for p in who])
    return Voicing(means.mean(axis=0), apart[mine].std(axis=0))


def manner(wanted: Floats) -> Manner:
    """Return the manner in which the voice comes closest to distances that are wanted, (8,)."""
    moves, rest = _moves(), wanted[len(_ALIKE) :]
    scale = np.abs(moves).sum(axis=1) + 1e-6
    weighed, target = moves / scale[:, None], rest / scale
    ridge = _RIDGE**2 * np.eye(len(_CHANGES)) * np.mean(weighed**2)
    found = np.linalg.solve(weighed.T @ weighed + ridge, weighed.T @ target)
    alike = [w / getattr(SPREAD, n) for n, w in zip(_ALIKE, wanted, strict=False)]
    spreads = np.clip([*alike, *found], -_FURTHEST, _FURTHEST)
    names = (*_ALIKE, *_CHANGES)
    told = {n: float(s) * getattr(SPREAD, n) for n, s in zip(names, spreads, strict=True)}
    return replace(Manner(), **told)


@cache
def _moves() -> Floats:
    """Return how far a change by one spread moves each measure, (6 measures, 6 changes).

    Found by listening to the voice itself, with the ears that listen to the takes.
    """
    columns = []
    for name in _CHANGES:
        step = getattr(SPREAD, name)
        pairs = [(_heard(m, name, step), _heard(m, name, -step)) for m in (CAST[0], CAST[1])]
        columns.append(np.mean([(up - down) / 2 for up, down in pairs], axis=0))
    return np.array(columns).T[len(_ALIKE) :]


def _heard(member: Member, name: str, step: float) -> Floats:
    made = say(member, replace(Manner(), **{name: step}), SCENES[0].line, np.random.default_rng(7))
    return measured(made.astype(np.float32))
