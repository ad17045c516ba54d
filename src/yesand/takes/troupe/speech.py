"""Sounds of speech and the gibberish that is made of them.

Gibberish is an old improv exercise: with words gone, voice alone must carry what is meant. It
also keeps the sample troupe free of any language.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

Array = npt.NDArray[np.float64]

#: Seconds between two values of a track.
STEP_S = 0.005
#: First three formants in Hz, men's means (Peterson & Barney 1952, table II).
_VOWELS = {
    "i": (270, 2290, 3010),
    "e": (530, 1840, 2480),
    "a": (730, 1090, 2440),
    "o": (570, 840, 2410),
    "u": (300, 870, 2240),
}


@dataclass(frozen=True)
class Phone:
    """A sound: formants, how much voice and hiss it has, and how long it is at normal rate.

    Attributes
    ----------
    formants : F1–F3 in Hz for a tract of standard length; of a stop, its locus.
    voice : amplitude of the glottal source.
    hiss : amplitude of frication.
    hiss_hz : centre of the frication's band.
    seconds : duration.
    """

    formants: tuple[int, int, int]
    voice: float
    hiss: float
    hiss_hz: int
    seconds: float


# After Klatt (1980), doi:10.1121/1.383940, tables II and III, rounded.
_CONSONANTS = {
    "m": (Phone((280, 1100, 2200), 0.35, 0.0, 5000, 0.070),),
    "n": (Phone((280, 1500, 2500), 0.35, 0.0, 5000, 0.065),),
    "l": (Phone((330, 1100, 2700), 0.55, 0.0, 5000, 0.060),),
    "r": (Phone((350, 1200, 1600), 0.55, 0.0, 5000, 0.055),),
    "w": (Phone((290, 650, 2150), 0.60, 0.0, 5000, 0.055),),
    "y": (Phone((260, 2100, 3000), 0.60, 0.0, 5000, 0.055),),
    "s": (Phone((320, 1400, 2550), 0.0, 0.28, 5800, 0.095),),
    "h": (Phone((500, 1500, 2500), 0.08, 0.06, 2200, 0.050),),
    "b": (
        Phone((200, 900, 2200), 0.08, 0.0, 1200, 0.050),
        Phone((300, 1000, 2200), 0.3, 0.10, 1200, 0.012),
    ),
    "d": (
        Phone((200, 1700, 2600), 0.08, 0.0, 4000, 0.045),
        Phone((300, 1700, 2600), 0.3, 0.16, 4000, 0.014),
    ),
    "t": (
        Phone((350, 1700, 2600), 0.0, 0.0, 4500, 0.060),
        Phone((350, 1700, 2600), 0.0, 0.34, 4500, 0.022),
    ),
    "k": (
        Phone((300, 1900, 2400), 0.0, 0.0, 2200, 0.060),
        Phone((300, 1900, 2400), 0.0, 0.30, 2200, 0.026),
    ),
}
_VOWEL_S = 0.115


@dataclass(frozen=True)
class Tracks:
    """Everything that moves while a line is said, one value each ``STEP_S``.

    Attributes
    ----------
    formants : shape (steps, 3), Hz, before scaling to a speaker's tract.
    voice, hiss, hiss_hz : shape (steps,).
    syllable : shape (steps,), which syllable it is, for accents.
    """

    formants: Array
    voice: Array
    hiss: Array
    hiss_hz: Array
    syllable: npt.NDArray[np.int64]


def articulate(line: str, rate: float, lengths: Array) -> Tracks:
    """Say a line of syllables, such as ``"ma-ni lo-se"``.

    Parameters
    ----------
    line : consonant–vowel syllables, joined by hyphens, words by spaces.
    rate : 1 is normal; 1.2 is a fifth faster.
    lengths : shape (syllables,), each vowel's length relative to normal.
    """
    phones: list[Phone] = []
    spoken: list[int] = []
    for index, syllable in enumerate(line.replace("-", " ").split()):
        for sound in syllable:
            vowel = _VOWELS.get(sound)
            said = (
                (Phone(vowel, 1.0, 0.0, 5000, _VOWEL_S * float(lengths[index])),)
                if vowel
                else _CONSONANTS[sound]
            )
            phones += said
            spoken += [index] * len(said)
    steps = [max(2, round(p.seconds / rate / STEP_S)) for p in phones]
    return Tracks(
        formants=_smooth(np.repeat([p.formants for p in phones], steps, axis=0), 9),
        voice=_smooth(np.repeat([p.voice for p in phones], steps), 3) * _eased(sum(steps)),
        hiss=_smooth(np.repeat([p.hiss for p in phones], steps), 3),
        hiss_hz=np.repeat([float(p.hiss_hz) for p in phones], steps),
        syllable=np.repeat(np.array(spoken, dtype=np.int64), steps),
    )


def syllables(line: str) -> int:
    """Return how many syllables a line has."""
    return len(line.replace("-", " ").split())


def _eased(steps: int) -> Array:
    # A voice starts within about 25 ms and dies away over about 60.
    along = np.arange(steps)
    return np.minimum(1.0, np.minimum((along + 1) / 5, (steps - along) / 12))


def _smooth(track: Array, width: int) -> Array:
    # Articulators have mass: formants glide in about 45 ms, amplitudes in about 15 ms.
    kernel = np.hanning(width + 2)[1:-1]
    kernel /= kernel.sum()
    padded = np.pad(
        track.astype(np.float64), [(width // 2, width // 2), *[(0, 0)] * (track.ndim - 1)], "edge"
    )
    columns = padded.reshape(len(padded), -1).T
    smoothed = np.array([np.convolve(c, kernel, "valid") for c in columns]).T
    return smoothed.reshape(track.shape)
