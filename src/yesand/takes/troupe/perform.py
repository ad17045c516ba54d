"""One take: a member of the troupe says a scene's line with an emotion."""

from __future__ import annotations

import numpy as np

from yesand.takes.troupe.cast import EMOTIONS, SPREAD, Manner, Member
from yesand.takes.troupe.speech import STEP_S, Array, Tracks, articulate, syllables
from yesand.takes.troupe.voice import RATE, Phonation, sing

#: Seconds before and after the line.
_REST_S = 0.12
#: Semitones that f0 falls over a neutral statement (declination; 't Hart et al. 1990).
_DECLINATION = 3.0
#: Semitones of a neutral accent.
_ACCENT = 2.2
#: The room: standard deviation of its noise at full scale 1, about −66 dBFS.
_ROOM = 5e-4
_GAIN = 0.16


def perform(member: Member, emotion: str, line: str, rng: np.random.Generator) -> Array:
    """Return a take, shape (samples,), 16 kHz, within ±1."""
    return say(member, _manner(member, emotion, rng), line, rng)


def say(member: Member, manner: Manner, line: str, rng: np.random.Generator) -> Array:
    """Return a line said in a manner, shape (samples,), 16 kHz, within ±1."""
    count = syllables(line)
    lengths = rng.normal(1.0, 0.08, count).clip(0.7, 1.4)
    lengths[-1] *= 1.35  # phrase-final lengthening
    tracks = articulate(line, member.rate * 2**manner.tempo, lengths)
    accents = _accents(count, rng)
    f0 = _pitch(member, manner, tracks, accents)
    loud = 10 ** ((accents[tracks.syllable] * 3 - _fade(len(f0)) * 5) / 20)
    sound = sing(tracks, f0, loud, _phonation(member, manner), rng)
    rest = np.zeros(round(_REST_S * RATE))
    whole = np.concatenate([rest, sound, rest])
    whole += _ROOM * rng.standard_normal(len(whole))
    # A soft limiter: nothing clips, however angry.
    limited: Array = np.tanh(whole)
    return limited


def _manner(member: Member, emotion: str, rng: np.random.Generator) -> Manner:
    meant = EMOTIONS[emotion].vector() * member.strength
    habit = member.habits.get(emotion, Manner()).vector()
    chance = SPREAD.vector() * member.spread * rng.standard_normal(len(habit))
    return Manner(*(meant + habit + chance))


def _accents(count: int, rng: np.random.Generator) -> Array:
    """Return each syllable's prominence: words are stressed on their first, one word most."""
    weight = np.where(np.arange(count) % 2 == 0, 0.6, 0.0)
    weight[2 * rng.integers(0, (count + 1) // 2)] = 1.0
    return weight + rng.normal(0, 0.08, count)


def _pitch(member: Member, manner: Manner, tracks: Tracks, accents: Array) -> Array:
    steps = len(tracks.syllable)
    along = np.linspace(0, 1, steps)
    line = manner.pitch + (manner.slope - _DECLINATION) * (along - 0.5)
    height = max(0.3, _ACCENT + manner.span)
    bumps = np.zeros(steps)
    for index, weight in enumerate(accents):
        where = np.flatnonzero(tracks.syllable == index)
        middle, width = where.mean(), max(6.0, 0.55 * len(where))
        bumps += height * weight * np.exp(-0.5 * ((np.arange(steps) - middle) / width) ** 2)
    flutter = 0.15 * np.sin(2 * np.pi * 5.2 * along * steps * STEP_S)
    semitones = line + bumps - bumps.mean() + flutter
    pitch: Array = np.clip(member.f0 * 2 ** (semitones / 12), 60, 520)
    return pitch


def _fade(steps: int) -> Array:
    """Return how far the breath has run out, 0 to 1."""
    return np.linspace(0, 1, steps) ** 2


def _phonation(member: Member, manner: Manner) -> Phonation:
    return Phonation(
        tract=member.tract * float(np.exp(manner.smile)),
        open_quotient=float(np.clip(member.open_quotient - manner.press, 0.35, 0.88)),
        tilt_hz=float(np.clip(1100 * 2**manner.bright, 250, 6000)),
        breath=float(np.clip(member.breath + manner.breath, 0.004, 0.3)),
        jitter=float(np.clip(0.006 + manner.shake, 0.002, 0.04)),
        shimmer=float(np.clip(0.03 + 3 * manner.shake, 0.01, 0.15)),
        gain=_GAIN * float(10 ** (np.clip(manner.level, -14, 11) / 20)),
    )
