"""Decoding video in a process of its own: ``python -m yesand.takes.video.decoder``.

The only module that opens PyAV, and so FFmpeg. What strangers send is read here within limits on
time, memory and size, by the one demuxer its first bytes call for, from an open file: a playlist
is no video, and nothing else on this machine or any other can be named by one. And FFmpeg's
libraries, whose licences are not ours, are never part of the process that keeps the house.

Writes one line of JSON, then sound as little-endian float32, or frames as time and RGB.
"""

from __future__ import annotations

import json
import sys
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from fractions import Fraction
from pathlib import Path
from typing import Any, BinaryIO

import av
import numpy as np

from yesand.takes.video.facts import DEMUXERS, MOST_CHANNELS, MOST_PIXELS
from yesand.takes.video.whole import cut_off

#: Bytes of address space, and seconds of processor: an hour of stereo is 1.4 GB in one list.
MEMORY, CPU_S = 6 << 30, 900
#: Seconds by which a container's last frame may miss what its header promised.
_SLACK_S = 1.5
#: Seconds of sound: a take is minutes, an hour a whole session.
LONGEST_S = 3_600
_TOO_LARGE = "The picture is larger than any camera's: {} × {}"
_CUT_OFF = "Cut off: the file ends before its recording does"


class Bad(Exception):
    """What is wrong with the file."""


def told(path: Path, kind: str, wanted: str, rate: float, widest: int, out: BinaryIO) -> None:
    """Write what was wanted: ``facts``, ``sound`` or ``frames``."""
    with path.open("rb") as file, _opened(file, kind) as container:
        if not container.streams.video:
            raise Bad("No picture in it: give its sound as WAV or FLAC")
        if cut_off(file, kind):
            raise Bad(_CUT_OFF)
        if wanted == "frames":
            _frames(container, rate, widest, out)
        else:
            _sound(container, wanted == "sound", out)


def _opened(file: BinaryIO, kind: str) -> Any:
    options = {"max_pixels": str(MOST_PIXELS), "max_streams": "16"}
    return av.open(file, format=DEMUXERS[kind], options=options, metadata_errors="replace")


@dataclass
class _Whole:
    """What is gathered while all of a container is read."""

    picture: Any
    sound: Any
    packets: Counter[int] = field(default_factory=Counter)
    parts: list[Any] = field(default_factory=list)
    samples: int = 0
    rate: int = 0
    last: float = 0.0
    heard: float = 0.0
    shown: Any = None
    resampler: Any = None

    def take(self, packet: Any) -> None:
        """Take in one packet: sound is decoded, and the picture until a frame of it is seen."""
        self.packets[packet.stream.index] += packet.size > 0
        if packet.stream is not self.picture:
            self._hear(packet)
            return
        if packet.pts is not None:
            self.last = max(self.last, float(packet.pts * packet.time_base))
        if self.shown is None:
            self.shown = next(iter(packet.decode()), None)
            if self.shown is not None:
                _fits(self.shown)

    def _hear(self, packet: Any) -> None:
        if packet.pts is not None:
            self.heard = max(self.heard, float((packet.pts + packet.duration) * packet.time_base))
        for frame in packet.decode():
            if self.resampler is None:
                self._begin(frame)
            for part in self.resampler.resample(frame):
                self.parts.append(part.to_ndarray().reshape(-1, part.layout.nb_channels))
                self.samples += part.samples
            if self.samples > LONGEST_S * self.rate:
                raise Bad("Longer than an hour: cut it into takes")

    def _begin(self, frame: Any) -> None:
        if frame.layout.nb_channels > MOST_CHANNELS:
            raise Bad(f"{frame.layout.nb_channels} channels of sound")
        self.rate = frame.sample_rate
        layout = frame.layout.name
        self.resampler = av.AudioResampler(format="flt", layout=layout, rate=self.rate)


def _sound(container: Any, wanted: bool, out: BinaryIO) -> None:
    """Read all of it, and write what it is; its samples too, where they are wanted."""
    picture = container.streams.video[0]
    _limits(picture)
    own = [picture, *container.streams.audio[:1]]
    read = _Whole(picture, own[1] if own[1:] else None)
    for packet in container.demux(own):
        read.take(packet)
    if read.shown is None:
        raise Bad("Damaged: no frame of its picture can be decoded")
    _whole(container, max(read.last, read.heard))
    head = _facts(picture, read.shown, read.packets[picture.index], read.last) | {"sound": None}
    made = np.concatenate(read.parts).astype("<f4") if read.parts else np.zeros((0, 0), "<f4")
    if read.parts:
        head["picture"]["late_ms"] = round(1_000 * (_start(read.sound) - _start(picture)), 3)
        size = {"samples": made.shape[0], "channels": made.shape[1]}
        head["sound"] = {"rate": read.rate, **size}
    _line(out, head)
    if wanted:
        out.write(made.tobytes())


def _frames(container: Any, rate: float, widest: int, out: BinaryIO) -> None:
    """Write frames as they are to be shown: at most so many a second, and so many pixels wide."""
    picture = container.streams.video[0]
    _limits(picture)
    picture.thread_type = "NONE"
    start = _start(picture)
    due, size = -np.inf, (0, 0)
    for frame in container.decode(picture):
        _fits(frame)
        begun = size != (0, 0)
        if begun and (frame.width, frame.height) != size:
            raise Bad("Its picture changes size in the middle: cut it there")
        size = frame.width, frame.height
        moment = float(frame.time or 0.0) - start
        if moment + 1e-6 < due:
            continue
        # A grid from the first frame on: of thirty a second, five of six make twenty-five.
        if rate:
            due = max(due + 1 / rate, moment) if begun else moment + 1 / rate
        shown = _upright(_small(frame, widest), int(getattr(frame, "rotation", 0)))
        if not begun:
            _line(out, {"height": shown.shape[0], "width": shown.shape[1]})
        out.write(np.float64(moment).tobytes() + np.ascontiguousarray(shown).tobytes())
    if size == (0, 0):
        raise Bad("Damaged: no frame of its picture can be decoded")


def _small(frame: Any, widest: int) -> Any:
    width = min(frame.width, widest) // 2 * 2 or 2
    height = max(2, round(frame.height * width / frame.width) // 2 * 2)
    return frame.reformat(width=width, height=height, format="rgb24").to_ndarray()


def _upright(pixels: Any, degrees: int) -> Any:
    """Turn a frame as its display matrix says, counter-clockwise (ISO/IEC 14496-12 §8.3.2)."""
    return np.rot90(pixels, round(degrees / 90) % 4)


def _limits(picture: Any) -> None:
    _fits(picture.codec_context)
    # What the header says binds no frame: a stream may grow in the middle.
    picture.codec_context.options = {"max_pixels": str(MOST_PIXELS)}


def _fits(shown: Any) -> None:
    if shown.width * shown.height > MOST_PIXELS:
        raise Bad(_TOO_LARGE.format(shown.width, shown.height))


def _whole(container: Any, last: float) -> None:
    """Make sure that the recording lasts as long as the header promised, in sound or picture.

    Frames are not counted against it: an edit list leaves out some of those that MP4 counts.
    """
    if (container.duration or 0) / 1_000_000 > last + _SLACK_S:
        raise Bad(_CUT_OFF)


def _facts(picture: Any, shown: Any, frames: int, last: float) -> dict[str, Any]:
    turned = round(int(getattr(shown, "rotation", 0)) / 90) % 2
    size = (shown.height, shown.width) if turned else (shown.width, shown.height)
    rate = picture.average_rate or Fraction(0)
    lasting = max(0.0, last - _start(picture)) + (float(1 / rate) if rate else 0.0)
    if not rate and lasting:
        rate = Fraction(frames / lasting).limit_denominator(1_001)
    return {
        "picture": {
            "width": size[0],
            "height": size[1],
            "fps": round(float(rate), 3),
            "frames": frames,
            "duration_ms": round(1_000 * lasting),
            "codec": picture.codec_context.name,
            "late_ms": 0.0,
        }
    }


def _start(stream: Any) -> float:
    return float((stream.start_time or 0) * stream.time_base)


def _line(out: BinaryIO, head: dict[str, Any]) -> None:
    out.write(json.dumps(head).encode() + b"\n")


def _limited() -> None:
    import resource

    wanted = ((resource.RLIMIT_CPU, CPU_S), (resource.RLIMIT_AS, MEMORY),
              (resource.RLIMIT_FSIZE, 0), (resource.RLIMIT_CORE, 0))  # fmt: skip
    for kind, most in wanted:
        hard = resource.getrlimit(kind)[1]
        least = most if hard == resource.RLIM_INFINITY else min(most, hard)
        resource.setrlimit(kind, (least, least))


def _faults() -> Iterator[type[Exception]]:
    yield from (av.FFmpegError, Bad, ValueError, OverflowError, MemoryError)


if __name__ == "__main__":
    _limited()
    av.logging.set_level(av.logging.PANIC)
    given, kind, wanted, rate, widest = sys.argv[1:]
    try:
        told(Path(given), kind, wanted, float(rate), int(widest), sys.stdout.buffer)
        sys.stdout.buffer.flush()
    except tuple(_faults()) as fault:
        sys.stderr.write(str(fault) if isinstance(fault, Bad) else "")
        sys.exit(3)
