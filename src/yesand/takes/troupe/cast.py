"""The performers of the sample troupe: voices that differ, and that matter to different degrees.

Four emotions, each a set of changes against a performer's own neutral voice, in the directions
that Juslin & Laukka (2003, doi:10.1037/0033-2909.129.5.770, table 11) found over 104 studies.
A performer scales them (``strength``), varies them from take to take (``spread``) and has
habits of their own, so that a model trained on others is often right and sometimes not.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np


@dataclass(frozen=True)
class Manner:
    """Changes against a performer's neutral voice.

    Attributes
    ----------
    pitch : mean f0 in semitones. span : f0 movement in semitones of an accent, added.
    slope : f0 from the first to the last syllable in semitones. tempo : log2 of the rate.
    level : dB. bright : octaves of the source's corner frequency. breath : added aspiration.
    press : taken from the open quotient. smile : log of the formants' shift.
    shake : added jitter and shimmer (of a trembling or rough voice).
    """

    pitch: float = 0.0
    span: float = 0.0
    slope: float = 0.0
    tempo: float = 0.0
    level: float = 0.0
    bright: float = 0.0
    breath: float = 0.0
    press: float = 0.0
    smile: float = 0.0
    shake: float = 0.0

    def vector(self) -> np.ndarray[tuple[int], np.dtype[np.float64]]:
        """Return the changes in the order of the fields, shape (10,)."""
        return np.array([getattr(self, name) for name in self.__dataclass_fields__])


#: How far each change moves by chance between two takes, for a spread of one.
SPREAD = Manner(1.4, 0.8, 1.2, 0.10, 2.6, 0.40, 0.035, 0.045, 0.018, 0.005)
EMOTIONS: Mapping[str, Manner] = {
    "neutral": Manner(),
    "happy": Manner(3.6, 2.6, 0.5, 0.10, 3.0, 0.45, 0.0, 0.02, 0.045, 0.001),
    "angry": Manner(2.6, 1.7, -1.6, 0.14, 6.0, 0.95, -0.02, 0.12, 0.0, 0.012),
    "sad": Manner(-0.6, -1.0, -1.4, -0.22, -4.5, -0.7, 0.06, -0.08, -0.01, 0.006),
}


@dataclass(frozen=True)
class Member:
    """One voice of the troupe.

    Attributes
    ----------
    f0 : neutral pitch in Hz. tract : formants relative to a standard tract.
    rate : neutral rate of speech. strength : how much they show. spread : how much they vary.
    habits : changes that this performer alone makes with an emotion, added to the usual ones.
    """

    name: str
    f0: float
    tract: float
    rate: float = 1.0
    breath: float = 0.03
    open_quotient: float = 0.62
    strength: float = 1.0
    spread: float = 1.0
    habits: Mapping[str, Manner] = field(default_factory=dict)


CAST = (
    # Two strong, steady performers: a model learns most from them.
    Member("Ada", 208, 1.16, 1.02, strength=1.25, spread=0.6),
    Member("Bao", 112, 1.00, 0.97, strength=1.15, spread=0.7),
    # Chidi sounds and plays much like Bao: either could stand in for the other.
    Member("Chidi", 116, 1.01, 0.99, strength=1.1, spread=0.8),
    # Dana shows little.
    Member("Dana", 190, 1.12, 0.94, breath=0.06, strength=0.5, spread=0.9),
    # Emre's joy is loud and pressed, close to others' anger; his anger is cold and slow.
    Member(
        "Emre",
        128,
        1.03,
        1.06,
        open_quotient=0.56,
        habits={
            "happy": Manner(level=2.5, bright=0.4, press=0.08, smile=-0.03),
            "angry": Manner(pitch=-3.5, span=-1.4, tempo=-0.25, level=-4.0),
        },
    ),
    # Freya is good, and the only voice as high as hers.
    Member("Freya", 236, 1.20, 1.05, breath=0.045, strength=1.05, spread=0.9),
    # Goro varies so much that his takes say little.
    Member("Goro", 98, 0.94, 0.92, strength=0.8, spread=1.9),
    # Hana laughs when sad is asked for: fast, bright and breathy.
    Member(
        "Hana",
        222,
        1.14,
        1.08,
        breath=0.05,
        strength=0.9,
        habits={"sad": Manner(pitch=2.5, span=1.2, tempo=0.2, level=2.0, breath=0.04)},
    ),
)


def members(count: int, rng: np.random.Generator) -> list[Member]:
    """Return the first of the cast, followed by as many drawn voices as are still needed."""
    return [*CAST[:count], *(drawn(number, rng) for number in range(len(CAST) + 1, count + 1))]


def drawn(number: int, rng: np.random.Generator) -> Member:
    """Return a voice by chance, within the ranges of the cast."""
    high = rng.uniform()
    return Member(
        f"Voice {number}",
        f0=float(95 * 2 ** (1.3 * high)),
        tract=float(0.94 + 0.26 * high + rng.normal(0, 0.015)),
        rate=float(rng.uniform(0.92, 1.08)),
        breath=float(rng.uniform(0.02, 0.06)),
        open_quotient=float(rng.uniform(0.55, 0.68)),
        strength=float(rng.uniform(0.5, 1.2)),
        spread=float(rng.uniform(0.6, 1.5)),
    )
