"""Variations of one take: the same words by the same person, at another tempo, pitch and place.

Every variation moves both tempo and pitch, so that it is no mere copy (``takes.copies``). Some take
tempo and pitch range from another take of the same emotion, which is then a parent, too.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from functools import partial
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.ndimage import gaussian_filter1d
from scipy.signal import find_peaks

from yesand.affect.features import HOP, RATE, resampled
from yesand.affect.prosody.pitch import pitch
from yesand.kernel.errors import YesAndError
from yesand.provenance.credentials.claim import Source
from yesand.synthetic.making import surroundings, warping
from yesand.synthetic.making.generator import (
    ALONE,
    Around,
    Corpus,
    Expected,
    Floats,
    Made,
    Outcome,
    Parent,
    Refusal,
    Wanted,
    named,
)

_LEVEL = 1e-9


@dataclass(frozen=True)
class Settings:
    """How far a variation may go.

    Attributes
    ----------
    tempo : octaves of tempo, least and most, either way. pitch : semitones, likewise.
    lend : chance to take tempo and pitch range from another take of the emotion.
    room, device, noise : chance of each. rt60 : s. direct : dB. snr : dB.
    """

    tempo: tuple[float, float] = (0.12, 0.3)
    pitch: tuple[float, float] = (1.0, 3.0)
    lend: float = 0.5
    room: float = 0.5
    device: float = 0.5
    noise: float = 0.7
    rt60: tuple[float, float] = (0.15, 0.6)
    direct: tuple[float, float] = (3.0, 15.0)
    snr: tuple[float, float] = (15.0, 35.0)


@dataclass(frozen=True)
class _Order:
    place: str
    seed: int
    take: Parent
    #: Of whom tempo and pitch range may be taken.
    lenders: tuple[Parent, ...]


@dataclass(frozen=True)
class Variation:
    """Signal-level variation of single takes."""

    how: Settings = Settings()
    name: str = "variation"
    version: str = "1"
    source: Source = Source.ALTERED
    whole: bool = False
    nobodys_voice: bool = False
    outside: bool = False
    unlicensed: bool = False

    @property
    def digest(self) -> str:
        """SHA-256 of its code and settings."""
        code = (sys.modules[__name__], warping, surroundings)
        return named(self.name, self.version, self.settings(), *code)

    def settings(self) -> dict[str, Any]:
        """Return everything that it was told."""
        return {k: _plain(v) for k, v in asdict(self.how).items()}

    def make(self, corpus: Corpus, wanted: Wanted, around: Around = ALONE) -> Iterator[Outcome]:
        """Yield ``each`` variations of every take."""
        orders = []
        for take in corpus.of(wanted.emotion):
            others = tuple(t for t in corpus.of(take.emotion) if t.sha256 != take.sha256)
            for number in range(1, wanted.each + 1):
                place = f"{take.sha256} {number}"
                seed = wanted.seed_of(place)
                # One lender at most is sent along: chosen here, from the take's own seed.
                chosen = others[seed % len(others)] if others else None
                orders.append(_Order(place, seed, take, (chosen,) if chosen else ()))
        yield from around.each(partial(_varied, how=self.how), orders)


def _plain(value: Any) -> Any:
    return [str(v) for v in value] if isinstance(value, tuple) else str(value)


def _varied(order: _Order, how: Settings) -> Outcome:
    """Return one variation."""
    try:
        sound = order.take.sound()
        lent = order.lenders[0].sound() if order.lenders else None
    except YesAndError as fault:
        return Refusal(order.place, fault.sentence())
    wave, rate = sound.mono.astype(np.float64), sound.rate
    rng = np.random.default_rng(order.seed)
    note, lender = dict[str, Any](), None
    tempo, ratio = _prosody(rng, how, note, wave, rate)
    if lent is not None and rng.random() < how.lend:
        lender = order.lenders[0]
        other = lent.mono.astype(np.float64), lent.rate
        tempo, ratio = _lent(note, lender, (wave, rate), other, tempo, ratio)
    varied = warping.warped(wave, rate, 1 / tempo, ratio)
    varied = _placed(rng, how, note, varied, rate)
    seconds = len(wave) / rate
    return Made(
        order.place,
        _levelled(varied, wave),
        rate,
        order.take.emotion,
        order.seed,
        Expected(rate, seconds * 0.55, seconds * 1.8),
        (order.take.sha256, *((lender.sha256,) if lender else ())),
        note,
    )


def _prosody(
    rng: np.random.Generator, how: Settings, note: dict[str, Any], wave: Floats, rate: int
) -> tuple[float, Floats]:
    """Draw tempo and pitch; return the tempo's factor and the pitch's for each sample."""
    octaves = float(rng.uniform(*how.tempo) * rng.choice([-1, 1]))
    semitones = float(rng.uniform(*how.pitch) * rng.choice([-1, 1]))
    note["tempo"], note["pitch_semitones"] = f"{2**octaves:.4f}", f"{semitones:+.3f}"
    return float(2**octaves), np.full(len(wave), 2 ** (semitones / 12))


def _lent(
    note: dict[str, Any],
    lender: Parent,
    own: tuple[Floats, int],
    other: tuple[Floats, int],
    tempo: float,
    ratio: Floats,
) -> tuple[float, Floats]:
    """Take the lender's tempo and pitch range, as far as both can be told."""
    mine, theirs = contour(*own), contour(*other)
    wider = float(np.clip(theirs.std() / max(mine.std(), 0.2), 0.6, 1.6))
    beats = tempo_of(*other) / max(tempo_of(*own), 0.5)
    # Never so little that a copy is left: the tempo that was drawn says the least, and which way.
    least = abs(np.log2(tempo))
    octaves = np.clip(np.log2(max(beats, 0.1)), -0.5, 0.5)
    octaves = octaves if abs(octaves) >= least else np.log2(tempo)
    note["lender"], note["pitch_range"] = lender.sha256, f"{wider:.4f}"
    note["tempo"] = f"{2**octaves:.4f}"
    around = np.interp(
        np.arange(len(ratio)), np.linspace(0, len(ratio), len(mine)), mine - mine.mean()
    )
    bent: Floats = ratio * 2 ** ((wider - 1) * np.clip(around, -8, 8) / 12)
    return float(2**octaves), bent


def contour(wave: Floats, rate: int) -> Floats:
    """Return the pitch every 10 ms in semitones above 55 Hz, unvoiced stretches bridged over."""
    heard = pitch(resampled(wave.astype(np.float32), rate).astype(np.float64)).hertz
    voiced = np.flatnonzero(heard > 0)
    if len(voiced) < 2:
        return np.zeros(max(len(heard), 2))
    semitones = 12 * np.log2(heard[voiced] / 55)
    bridged = np.interp(np.arange(len(heard)), voiced, semitones)
    made: Floats = gaussian_filter1d(bridged, 2.0)
    return made


def tempo_of(wave: Floats, rate: int) -> float:
    """Return how many swells of loudness there are a second, about the syllables."""
    sound = resampled(wave.astype(np.float32), rate).astype(np.float64)
    frames: NDArray[np.float64] = sound[: len(sound) // HOP * HOP].reshape(-1, HOP)
    level = 10 * np.log10(gaussian_filter1d((frames**2).mean(axis=1), 2.5) + 1e-10)
    peaks, _ = find_peaks(level, height=level.max() - 25, prominence=2.0)
    return len(peaks) * RATE / max(len(sound), 1)


def _placed(
    rng: np.random.Generator, how: Settings, note: dict[str, Any], wave: Floats, rate: int
) -> Floats:
    """Put a voice in a room, in noise, before a device, each by chance."""
    chances = rng.random(3) < (how.room, how.noise, how.device)
    rt60, direct = float(rng.uniform(*how.rt60)), float(rng.uniform(*how.direct))
    snr, colour = float(rng.uniform(*how.snr)), str(rng.choice(["white", "pink"]))
    device = str(rng.choice(sorted(surroundings.DEVICES)))
    first, second = (int(n) for n in rng.integers(0, 2**31, 2))
    if chances[0]:
        note["room"] = {"direct_db": f"{direct:.2f}", "rt60_s": f"{rt60:.3f}"}
        wave = surroundings.in_room(wave, rate, rt60, direct, first)
    if chances[1]:
        note["noise"] = {"colour": colour, "snr_db": f"{snr:.2f}"}
        wave = surroundings.in_noise(wave, snr, colour, second)
    if chances[2]:
        note["device"] = device
        wave = surroundings.through(wave, rate, device)
    return wave


def _levelled(wave: Floats, before: Floats) -> NDArray[np.float32]:
    """Return it as loud as it was before, and nowhere beyond full scale."""
    power = np.sqrt((wave**2).mean()) + _LEVEL
    made = wave * (np.sqrt((before**2).mean()) / power)
    whole: NDArray[np.float32] = np.asarray(
        made / max(1.0, float(np.abs(made).max()) / 0.99), np.float32
    )
    return whole
