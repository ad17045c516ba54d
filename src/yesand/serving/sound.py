"""Sound as it comes in: any rate, any channels, any bytes; one channel goes on, or a reason."""

from __future__ import annotations

import io
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import soundfile
from numpy.typing import NDArray

from yesand.kernel.errors import BadInput, NotFound, TooLarge

#: The shortest sound that says anything, in seconds: four windows of the features.
SHORTEST = 0.1
#: The longest recording that is answered at once, in seconds; longer ones are for a stream.
LONGEST = 1800
#: And no more samples than this of one channel (256 MiB): at 192 kHz just under six minutes.
MOST = 1 << 26
RATES = range(2_000, 768_001)
CHANNELS = 64
#: So far below full scale nothing is heard: −70 dB of power over 25 ms, in the loudest such piece.
_SILENT = 10 ** (-70 / 20)
#: Frequencies up to here carry what the features use.
_WIDE = 16_000
_BLOCK = 1 << 20

Floats = NDArray[np.float32]


@dataclass(frozen=True, eq=False)
class Sound:
    """One channel of sound.

    Attributes
    ----------
    signal : float32, shape (samples,), full scale ±1. rate : in Hz.
    notes : what about it makes an answer less sure.
    """

    signal: Floats
    rate: int
    notes: tuple[str, ...] = ()

    @property
    def seconds(self) -> float:
        """How long it is."""
        return len(self.signal) / self.rate

    @property
    def silent(self) -> bool:
        """Whether nothing can be heard in it."""
        size = max(1, self.rate // 40)
        power = np.add.reduceat(
            self.signal.astype(np.float64) ** 2, range(0, len(self.signal), size)
        )
        return bool(np.sqrt(power.max() / size) < _SILENT)


def of_array(values: Any, rate: int) -> Sound:
    """Return sound given as samples: shape (samples,) or (samples, channels).

    Parameters
    ----------
    values : floats of full scale ±1, or integers of their type's full scale (8-bit WAV has
        unsigned ones).
    rate : in Hz.

    Raises
    ------
    BadInput : no such shape, type, rate, too short, or not all of it a number.
    """
    given = np.asarray(values)
    return checked(samples_of(given), rate, given.shape[1] if given.ndim == 2 else 1)


def samples_of(values: Any) -> Floats:
    """Return samples as one channel, float32 of full scale ±1; see ``of_array``.

    Raises
    ------
    BadInput : no such shape or type, or not all of it a number.
    """
    given = np.asarray(values)
    if given.ndim not in {1, 2} or (given.ndim == 2 and not 0 < given.shape[1] <= CHANNELS):
        raise BadInput(
            f"Samples of shape {given.shape}",
            where="samples",
            remedy="Give (samples,) or (samples, channels).",
        )
    scaled = _scaled(given)
    return _finite(scaled if given.ndim == 1 else scaled.mean(axis=1), "samples")


def of_file(path: Path) -> Sound:
    """Return the sound of a file, whatever its name ends in.

    Raises
    ------
    NotFound : no such file. BadInput, TooLarge : as ``of_bytes``.
    """
    try:
        data = path.read_bytes()
    except OSError as fault:
        raise NotFound("No such recording", where=str(path)) from fault
    return of_bytes(data, where=str(path))


def of_bytes(data: bytes, *, where: str = "recording") -> Sound:
    """Return the sound of a recording's bytes: WAV, FLAC, Ogg, MP3 and what libsndfile reads.

    Raises
    ------
    BadInput : no sound in it that can be read, too short, or not all of it a number.
    TooLarge : longer than half an hour, or more than 2²⁶ samples.
    """
    try:
        with soundfile.SoundFile(io.BytesIO(data)) as file:
            rate, channels = int(file.samplerate), int(file.channels)
            mono = _read(file, where)
    except (soundfile.LibsndfileError, ValueError, RuntimeError) as fault:
        raise BadInput(
            _no_sound(data), where=where, remedy="Send WAV, FLAC, Ogg or MP3."
        ) from fault
    return checked(mono, rate, channels, where)


def _read(file: soundfile.SoundFile, where: str) -> Floats:
    """Read block by block, so that a header cannot make us take more memory than there is sound."""
    most, found, have = min(MOST, LONGEST * int(file.samplerate)), list[Floats](), 0
    size = max(1, _BLOCK // int(file.channels))
    while len(block := file.read(size, dtype="float32", always_2d=True)):
        have += len(block)
        if have > most:
            raise TooLarge(
                f"Longer than {most / int(file.samplerate) / 60:.1f} minutes",
                where=where,
                remedy="Send it as a stream.",
            )
        found.append(block.mean(axis=1))
    return np.concatenate(found) if found else np.zeros(0, np.float32)


def _scaled(given: NDArray[Any]) -> Floats:
    if given.dtype == np.uint8:
        return (given.astype(np.float32) - np.float32(128)) / np.float32(128)
    if np.issubdtype(given.dtype, np.signedinteger):
        return (given / -float(np.iinfo(given.dtype).min)).astype(np.float32)
    if np.issubdtype(given.dtype, np.floating):
        with np.errstate(over="ignore"):  # told below as what is no number
            return given.astype(np.float32)
    raise BadInput(
        f"Samples of type {given.dtype}", where="samples", remedy="Give floats or int16."
    )


def checked(mono: Floats, rate: int, channels: int, where: str = "samples") -> Sound:
    """Return one channel as a sound, if it is one.

    Parameters
    ----------
    channels : how many it was mixed from.

    Raises
    ------
    BadInput : a rate that is none, a sample that is no number, or too short to say anything.
    """
    checked_rate(rate, where)
    _finite(mono, where)
    if len(mono) < SHORTEST * rate:
        raise BadInput(
            f"Shorter than {SHORTEST} s: {len(mono):,} samples", where=where, remedy="Send more."
        )
    notes = [f"{channels} channels were mixed to one."] if channels > 1 else []
    if rate < _WIDE:
        notes.append(
            f"It holds nothing above {rate // 2:,} Hz, as telephones do; the model was made for "
            f"{_WIDE // 2:,} Hz."
        )
    return Sound(np.ascontiguousarray(mono, np.float32), rate, tuple(notes))


def checked_rate(rate: int, where: str) -> int:
    """Return a sampling rate that is one.

    Raises
    ------
    BadInput : it is not.
    """
    if rate not in RATES:
        raise BadInput(
            f"A rate of {rate} Hz", where=where, remedy=f"From {RATES[0]:,} to {RATES[-1]:,} Hz."
        )
    return rate


def _finite(mono: Floats, where: str) -> Floats:
    if not np.isfinite(mono).all():
        raise BadInput("It holds samples that are no numbers (NaN or infinite)", where=where)
    return mono


def _no_sound(data: bytes) -> str:
    """Say what it is instead: video by ISO/IEC 14496-12 (``ftyp``), Matroska (EBML), AVI."""
    if not data:
        return "Nothing in it"
    video = data[4:8] == b"ftyp" or data[:4] == b"\x1a\x45\xdf\xa3" or data[8:12] == b"AVI "
    return "A video; only sound is heard here" if video else "No recording that can be read"
