"""Reading a recording: what it is, and its samples, decoded to the last frame.

A header may promise what the file does not hold, so nothing counts as read until all of it is.
"""

from __future__ import annotations

import os
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt
import soundfile

from yesand.kernel.errors import BadInput
from yesand.takes.video import reading as video
from yesand.takes.video.facts import Picture, kind_of

Samples = npt.NDArray[np.float32]

#: libsndfile's format names → the media types of RFC 2046/5334/9639 and IANA's registry.
MEDIA_TYPES = {
    "WAV": "audio/wav",
    "WAVEX": "audio/wav",
    "RF64": "audio/wav",
    "FLAC": "audio/flac",
    "MP3": "audio/mpeg",
    "OGG": "audio/ogg",
}
#: A take is minutes; an hour is a whole session, and would not fit in memory beside others.
LONGEST_S = 3600
_TAIL = 70_000  # an Ogg page is at most 65,307 bytes (RFC 3533 §6)
_REMEDY = "Give WAV, FLAC, MP3 or OGG; or video as MP4, MOV or WebM."


class BadMedia(BadInput):
    """A file that is no whole recording."""


@dataclass(frozen=True)
class Probe:
    """What a recording is, as found by decoding it."""

    media_type: str
    duration_ms: int
    sample_rate: int
    channels: int
    frames: int


@dataclass(frozen=True, eq=False)
class Sound:
    """A decoded recording.

    Attributes
    ----------
    samples : float32 array, shape (frames, channels), full scale ±1.
    rate : samples a second (Hz).
    picture : of a video.
    """

    probe: Probe
    samples: Samples
    picture: Picture | None = None

    @property
    def rate(self) -> int:
        """Samples a second (Hz)."""
        return self.probe.sample_rate

    @property
    def mono(self) -> Samples:
        """The mean of the channels, float32, shape (frames,)."""
        mean: Samples = self.samples.mean(axis=1, dtype=np.float32)
        return mean


def probe(path: Path) -> Probe:
    """Return what a recording is.

    Raises
    ------
    BadMedia : as in ``read``.
    """
    return read(path).probe


def read(path: Path) -> Sound:
    """Decode a recording to its last frame.

    Raises
    ------
    BadMedia : missing, a folder, unreadable, empty, no recording, of a format that is not taken,
        cut off, damaged, without a frame, a video without sound, or longer than an hour.
    """
    _readable(path)
    if container := kind_of(path):
        return _of_video(path, container)
    try:
        with soundfile.SoundFile(path) as file:
            kind = MEDIA_TYPES.get(file.format)
            if kind is None:
                raise BadMedia(f"{file.format} is not taken", where=path.name, remedy=_REMEDY)
            if file.frames > LONGEST_S * file.samplerate:
                raise BadMedia("Longer than an hour", where=path.name, remedy="Cut it into takes.")
            promised, rate = file.frames, file.samplerate
            samples = file.read(dtype="float32", always_2d=True)
    except soundfile.LibsndfileError as fault:
        raise BadMedia(_diagnosis(path, fault), where=path.name, remedy=_REMEDY) from fault
    _whole(path, kind, promised, samples)
    frames, channels = samples.shape
    return Sound(Probe(kind, round(1000 * frames / rate), rate, channels, frames), samples)


def _of_video(path: Path, kind: str) -> Sound:
    try:
        picture, samples, rate = video.sound(path, kind)
    except video.BadVideo as fault:
        raise BadMedia(fault.what, where=path.name, remedy=fault.remedy) from fault
    if samples is None:
        raise BadMedia(
            "A video without sound: a take is heard as well as seen",
            where=path.name,
            remedy="Record it with its sound, or give the sound's own file.",
        )
    _whole(path, kind, len(samples), samples)
    frames, channels = samples.shape
    return Sound(Probe(kind, round(1000 * frames / rate), rate, channels, frames), samples, picture)


def _readable(path: Path) -> None:
    if path.is_dir():
        raise BadMedia("A folder, not a recording", where=path.name)
    if not path.exists():
        raise BadMedia("No such file", where=path.name)
    try:
        size = path.stat().st_size
        with path.open("rb"):
            pass
    except OSError as fault:
        raise BadMedia(f"Cannot be read: {fault.strerror}", where=path.name) from fault
    if size == 0:
        raise BadMedia("Empty: the file holds no bytes", where=path.name)


def _diagnosis(path: Path, fault: soundfile.LibsndfileError) -> str:
    with path.open("rb") as file:
        head = file.read(512)
    if head.startswith((b"fLaC", b"RIFF", b"OggS", b"ID3")):
        return f"Cut off or damaged: {fault.error_string.removeprefix('Error : ').rstrip('.')}"
    if all(byte in b"\t\n\r" or byte >= 0x20 for byte in head):
        return "Text, not a recording, whatever its name says"
    return "Not a recording in a known format"


def _whole(path: Path, kind: str, promised: int, samples: Samples) -> None:
    cut_off = _CUT_OFF.get(kind)
    if samples.shape[0] < promised or (cut_off is not None and cut_off(path)):
        raise BadMedia("Cut off: the file ends before its recording does", where=path.name)
    if samples.shape[0] == 0:
        raise BadMedia("No sound: the recording has no frames", where=path.name)
    if not np.isfinite(samples).all():
        raise BadMedia("Damaged: some samples are not numbers", where=path.name)


def _riff_cut_off(path: Path) -> bool:
    # libsndfile shortens a cut-off WAV silently, so the RIFF size (bytes 4–7) is compared here.
    # Streaming writers leave 0 or 2³² − 1, which promises nothing; RF64 keeps its size elsewhere.
    with path.open("rb") as file:
        head = file.read(8)
    told = int.from_bytes(head[4:8], "little")
    if head[:4] != b"RIFF" or told in (0, 0xFFFFFFFF):
        return False
    return path.stat().st_size + 1 < told + 8  # one byte of padding is often left out


def _ogg_cut_off(path: Path) -> bool:
    # The last page of a stream carries the end-of-stream flag (RFC 3533 §6, header type 0x04).
    with path.open("rb") as file:
        file.seek(max(0, path.stat().st_size - _TAIL), os.SEEK_SET)
        tail = file.read()
    page = tail[tail.rfind(b"OggS") :]
    return len(page) < 27 or not page[5] & 0x04 or len(page) < _page_length(page)


def _page_length(page: bytes) -> int:
    segments = page[26]
    return 27 + segments + sum(page[27 : 27 + segments])


_CUT_OFF: dict[str, Callable[[Path], bool]] = {
    "audio/wav": _riff_cut_off,
    "audio/ogg": _ogg_cut_off,
}
