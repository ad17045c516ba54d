"""Videos made on the spot: a clapper that claps, by any codec that FFmpeg has here."""

from __future__ import annotations

from fractions import Fraction
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pytest

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
) -> Path:
    """Write a video that flashes when it claps; ``late_s`` moves its sound's clock."""
    av = pytest.importorskip("av", reason="the extra video (PyAV) is missing")
    webm = path.suffix == ".webm"
    picture_codec, sound_codec = codecs
    form = {".mov": "mov", ".webm": "webm"}.get(path.suffix, "mp4")
    with av.open(str(path), "w", format=form) as out:
        picture = out.add_stream(picture_codec or ("libvpx" if webm else "mpeg4"), rate=FPS)
        picture.width, picture.height, picture.pix_fmt = *size, "yuv420p"
        heard = None
        if not silent:
            samples = claps(seconds) if sound is None else sound
            layout = {1: "mono", 2: "stereo", 6: "5.1"}[samples.shape[1]]
            heard = out.add_stream(sound_codec or ("libopus" if webm else "aac"), rate=RATE)
            heard.layout = layout
        for n in range(round(seconds * FPS)):
            bright = int(255 * np.exp(-(((n / FPS % 1.0 - 0.5) / 0.05) ** 2)))
            pixels = np.full((size[1], size[0], 3), bright, dtype=np.uint8)
            frame = av.VideoFrame.from_ndarray(pixels, format="rgb24")
            frame.pts, frame.time_base = n, Fraction(1, FPS)
            out.mux(picture.encode(frame))
        out.mux(picture.encode(None))
        if heard is not None:
            size_of = 960
            for start in range(0, len(samples) // size_of * size_of, size_of):
                part = np.ascontiguousarray(samples[start : start + size_of].reshape(1, -1))
                frame = av.AudioFrame.from_ndarray(part, format="flt", layout=layout)
                frame.sample_rate, frame.time_base = RATE, Fraction(1, RATE)
                frame.pts = start + round(late_s * RATE)
                out.mux(heard.encode(frame))
            out.mux(heard.encode(None))
    return path
