"""Videos made on the spot: a clapper that claps, by any codec that FFmpeg has here."""

from __future__ import annotations

from fractions import Fraction
from pathlib import Path

import av
import numpy as np
import numpy.typing as npt

RATE = 48_000
FPS = 25


def claps(seconds: float, channels: int = 1, late_s: float = 0.0) -> npt.NDArray[np.float32]:
    """Bursts of tone at the middle of every second, shape (samples, channels)."""
    time = np.arange(round(seconds * RATE)) / RATE - late_s
    loud = np.exp(-(((time % 1.0 - 0.5) / 0.05) ** 2))
    tones = [0.4 * loud * np.sin(2 * np.pi * 300 * (n + 1) * time) for n in range(channels)]
    made: npt.NDArray[np.float32] = np.stack(tones, axis=1).astype(np.float32)
    return made


def video(
    path: Path,
    seconds: float = 2.0,
    *,
    size: tuple[int, int] = (160, 120),
    sound: npt.NDArray[np.float32] | None = None,
    silent: bool = False,
    late_s: float = 0.0,
    codecs: tuple[str, str] = ("", ""),
    fps: int = FPS,
    shift_s: float = 0.0,
    early_s: float = 0.0,
    options: dict[str, str] | None = None,
    bright: int | None = None,
) -> Path:
    """Write a video that flashes when it claps, or is as ``bright`` throughout.

    ``late_s`` moves its sound's clock, ``shift_s`` both; ``early_s`` lets the picture begin before
    nought, which MP4 tells by an edit list.
    """
    webm = path.suffix == ".webm"
    picture_codec, sound_codec = codecs
    form = {".mov": "mov", ".webm": "webm"}.get(path.suffix, "mp4")
    with av.open(str(path), "w", format=form, container_options=options or {}) as out:
        picture = out.add_stream(picture_codec or ("libvpx" if webm else "mpeg4"), rate=fps)
        picture.width, picture.height, picture.pix_fmt = *size, "yuv420p"
        heard = None
        if not silent:
            samples = claps(seconds) if sound is None else sound
            layout = {1: "mono", 2: "stereo", 6: "5.1"}[samples.shape[1]]
            heard = out.add_stream(sound_codec or ("libopus" if webm else "aac"), rate=RATE)
            heard.layout = layout
        for n in range(round(seconds * fps)):
            flash = int(255 * np.exp(-(((n / fps % 1.0 - 0.5) / 0.05) ** 2)))
            level = flash if bright is None else bright
            pixels = np.full((size[1], size[0], 3), level, dtype=np.uint8)
            frame = av.VideoFrame.from_ndarray(pixels, format="rgb24")
            frame.pts = n + round((shift_s - early_s) * fps)
            frame.time_base = Fraction(1, fps)
            out.mux(picture.encode(frame))
        out.mux(picture.encode(None))
        if heard is not None:
            size_of = 960
            for start in range(0, len(samples) // size_of * size_of, size_of):
                part = np.ascontiguousarray(samples[start : start + size_of].reshape(1, -1))
                frame = av.AudioFrame.from_ndarray(part, format="flt", layout=layout)
                frame.sample_rate, frame.time_base = RATE, Fraction(1, RATE)
                frame.pts = start + round((late_s + shift_s) * RATE)
                out.mux(heard.encode(frame))
            out.mux(heard.encode(None))
    return path


def growing(path: Path, sizes: list[tuple[int, int]]) -> Path:
    """Write a WebM whose header tells the first of the sizes and whose key frames have each."""
    with av.open(str(path), "w", format="webm") as out:
        picture = out.add_stream("libvpx", rate=FPS)
        picture.width, picture.height, picture.pix_fmt = *sizes[0], "yuv420p"
        for n, (width, height) in enumerate(sizes):
            codec = av.CodecContext.create("libvpx", "w")
            codec.width, codec.height, codec.pix_fmt = width, height, "yuv420p"
            codec.time_base, codec.framerate = Fraction(1, FPS), Fraction(FPS)
            pixels = np.full((height, width, 3), 99, dtype=np.uint8)
            frame = av.VideoFrame.from_ndarray(pixels, format="rgb24")
            frame.pts, frame.time_base = n, Fraction(1, FPS)
            for packet in [*codec.encode(frame), *codec.encode(None)]:
                packet.stream, packet.time_base = picture, Fraction(1, FPS)
                out.mux(packet)
    return path
