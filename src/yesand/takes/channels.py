"""A recording of several performers, taken apart: one performer's channel is one take."""

from __future__ import annotations

from dataclasses import dataclass
from io import BytesIO
from itertools import pairwise
from pathlib import Path

import numpy as np
import numpy.typing as npt
import soundfile

from yesand.kernel import durable
from yesand.kernel.errors import Refused
from yesand.takes.activity.activity import Detector
from yesand.takes.activity.choosing import detector
from yesand.takes.sound import BadMedia, Samples, Sound

Bools = npt.NDArray[np.bool_]

#: dB by which two channels must differ, or they are one sound in both ears.
_APART_DB = -60.0
#: dBFS. A channel that never rises above this has nobody on it.
_NOBODY = -70.0


@dataclass(frozen=True, eq=False)
class Channel:
    """One channel.

    Attributes
    ----------
    number : counted from 1. samples : shape (samples,). voiced_s : how long somebody is heard.
    leak_db : how loud the channel is while only others are heard on theirs, against its own voice;
        nothing where that never happens. Above about −15 dB the others can be made out on it.
    """

    number: int
    samples: Samples
    voiced_s: float
    leak_db: float | None


def channels(sound: Sound, listener: Detector | None = None) -> list[Channel]:
    """Return the channels on which somebody is heard.

    Raises
    ------
    BadMedia : one channel only, or the same sound on all that sound.
    """
    listener = listener or detector()
    loud = [n for n in range(sound.samples.shape[1]) if _level(sound.samples[:, n]) > _NOBODY]
    if len(loud) < 2:
        raise BadMedia(
            f"Only {len(loud)} of {sound.samples.shape[1]} channels holds a sound",
            remedy="A duo needs a microphone, and so a channel, for each.",
        )
    for one, other in pairwise(loud):
        if _level(sound.samples[:, one] - sound.samples[:, other]) < _APART_DB + _level(
            sound.samples[:, one]
        ):
            raise BadMedia(
                f"Channels {one + 1} and {other + 1} hold the same sound",
                remedy="It was mixed: nobody can take it apart again.",
            )
    heard = {n: _owned(sound, n, listener) for n in loud}
    return [_channel(sound.samples[:, n], n, heard, sound.rate) for n in loud]


def write(found: list[Channel], rate: int, folder: Path, name: str) -> list[Path]:
    """Write each channel as a FLAC of 24 bits, ``NAME-1.flac`` …; the same again is the same.

    Raises
    ------
    Refused : a file of that name holds something else; then nothing is written.
    """
    made = {folder / f"{name}-{c.number}.flac": _flac(c.samples, rate) for c in found}
    other = [path for path, data in made.items() if path.exists() and path.read_bytes() != data]
    if other:
        raise Refused(
            f"{', '.join(path.name for path in other)} is there already and holds something else",
            where=str(folder),
            remedy="Name another folder, or move it away.",
        )
    folder.mkdir(parents=True, exist_ok=True)
    for path, data in made.items():
        with durable.replacing(path) as partial:
            partial.write_bytes(data)
    return list(made)


def _flac(samples: Samples, rate: int) -> bytes:
    file = BytesIO()
    soundfile.write(file, samples, rate, subtype="PCM_24", format="FLAC")
    return file.getvalue()


def _owned(sound: Sound, number: int, listener: Detector) -> Bools:
    """Tell in which frames somebody is heard on a channel, and loudest there."""
    size = max(1, sound.rate // 50)
    whole = sound.samples[: len(sound.samples) // size * size]
    power = np.square(whole, dtype=np.float64).reshape(-1, size, whole.shape[1]).mean(axis=1)
    moment = (np.arange(len(power)) + 0.5) * size / sound.rate
    voice = listener.hear(sound.samples[:, number], sound.rate).at(moment)
    made: Bools = voice & (power.argmax(axis=1) == number)
    return made


def _channel(
    samples: Samples,
    number: int,
    heard: dict[int, Bools],
    rate: int,
) -> Channel:
    size = max(1, rate // 50)
    power = np.square(samples[: len(samples) // size * size], dtype=np.float64)
    frames = power.reshape(-1, size).mean(axis=1)
    own = heard[number]
    others = np.any([h for n, h in heard.items() if n != number], axis=0) & ~own
    leak = None
    if own.any() and others.any():
        leak = float(10 * np.log10((frames[others].mean() + 1e-12) / frames[own].mean()))
    return Channel(number + 1, samples, float(own.sum() * size / rate), leak)


def _level(samples: Samples) -> float:
    return float(10 * np.log10(np.square(samples, dtype=np.float64).mean() + 1e-12))
