"""Reading a video: its facts, its sound, its frames, each by a process that does nothing else."""

from __future__ import annotations

import json
import os
import signal
import subprocess  # nosec B404
import sys
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from importlib.util import find_spec
from io import BytesIO
from pathlib import Path
from typing import IO, Any

import numpy as np
import numpy.typing as npt

from yesand.kernel.errors import BadInput
from yesand.takes.video.facts import Picture

_REMEDY = "Export it again, as MP4 (H.264, AAC) or WebM (VP9, Opus)."
_INSTALL = 'Install it: pip install "yesand[video]"; docs/signals.md says under which licences.'
_WALL_S = 1_800.0


class BadVideo(BadInput):
    """A file that is no whole video."""


@dataclass(frozen=True, eq=False)
class Frame:
    """One frame as it is to be shown.

    Attributes
    ----------
    at_s : its time in seconds. pixels : RGB, uint8, shape (height, width, 3).
    """

    at_s: float
    pixels: npt.NDArray[np.uint8]


def can_decode() -> bool:
    """Tell whether PyAV is installed, without loading it."""
    return find_spec("av") is not None


def sound(path: Path, kind: str) -> tuple[Picture, npt.NDArray[np.float32] | None, int]:
    """Return what the picture is, and the sound with its rate; none where there is no sound.

    Parameters
    ----------
    kind : its media type, as ``facts.kind_of`` finds it.

    Returns
    -------
    picture, samples of shape (samples, channels) at full scale ±1, samples a second.

    Raises
    ------
    BadVideo : damaged, cut off, without a picture, larger than any take needs, or PyAV is missing.
    """
    out = _decoded(path, kind, "sound")
    head = _head(out)
    told = head["sound"]
    if told is None:
        return Picture(**head["picture"]), None, 0
    samples = np.frombuffer(out.read(), dtype="<f4").reshape(-1, told["channels"])
    return Picture(**head["picture"]), samples.astype(np.float32), int(told["rate"])


def picture(path: Path, kind: str) -> Picture:
    """Return what a video's picture is.

    Raises
    ------
    BadVideo : as in ``sound``.
    """
    return Picture(**_head(_decoded(path, kind, "facts"))["picture"])


def frames(path: Path, kind: str, *, rate: float = 0.0, widest: int = 640) -> Iterator[Frame]:
    """Yield a video's frames, turned upright.

    Parameters
    ----------
    rate : frames a second at most; 0: all. widest : pixels; a face needs no more than 640.

    Raises
    ------
    BadVideo : as in ``sound``; also after some frames, where the rest cannot be decoded.
    """
    process = _started(path, kind, "frames", rate, widest)
    try:
        if process.stdout is None:
            return
        head = json.loads(process.stdout.readline() or "null")
        shape = (head["height"], head["width"], 3) if head else (0, 0, 3)
        size = 8 + int(np.prod(shape))
        while head and len(data := process.stdout.read(size)) == size:
            moment = float(np.frombuffer(data[:8], dtype="<f8")[0])
            yield Frame(moment, np.frombuffer(data[8:], dtype=np.uint8).reshape(shape))
        _ended(process, path)
    finally:
        _stopped(process)


def _decoded(path: Path, kind: str, wanted: str) -> BytesIO:
    process = _started(path, kind, wanted)
    try:
        return BytesIO(_ended(process, path))
    finally:
        _stopped(process)


def _started(
    path: Path, kind: str, wanted: str, rate: float = 0.0, widest: int = 640
) -> subprocess.Popen[bytes]:
    if not can_decode():
        raise BadVideo("Video needs PyAV, which is missing", where=path.name, remedy=_INSTALL)
    command = [sys.executable, "-m", "yesand.takes.video.decoder", str(path), kind, wanted]
    threads = {f"{name}_NUM_THREADS": "1" for name in ("OMP", "OPENBLAS", "MKL")}
    told = {"PATH": os.environ.get("PATH", ""), "PYTHONPATH": os.pathsep.join(sys.path)}
    return subprocess.Popen(  # nosec B603
        [*command, str(rate), str(widest)],
        env={**threads, **told},
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        start_new_session=True,
    )


def _stopped(process: subprocess.Popen[bytes]) -> None:
    """End a process and whatever it started, and wait for it."""
    if process.poll() is None:
        with suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)
    process.communicate()


def _ended(process: subprocess.Popen[bytes], path: Path) -> bytes:
    try:
        out, said = process.communicate(timeout=_WALL_S)
    except subprocess.TimeoutExpired as fault:
        raise BadVideo("It took too long to decode", where=path.name, remedy=_REMEDY) from fault
    if process.returncode:
        why = said.decode("utf-8", "replace").strip() if process.returncode == 3 else ""
        raise BadVideo(why or "Cut off or damaged", where=path.name, remedy=_REMEDY)
    return out


def _head(out: IO[bytes]) -> dict[str, Any]:
    told: dict[str, Any] = json.loads(out.readline())
    return told
