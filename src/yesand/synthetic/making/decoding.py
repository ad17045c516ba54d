"""Decoding what an outside generator wrote: in a process of its own, with limits, file by file.

One process reads some files, one after the other, and hands the samples over as plain bytes. The
file at which it breaks off is tried once more with a process's limits for itself, and costs no
other file.
"""

from __future__ import annotations

import json
import subprocess  # nosec B404
import sys
import time
from collections.abc import Iterator, Sequence
from dataclasses import asdict
from pathlib import Path
from threading import Timer
from typing import IO, Any

import numpy as np

from yesand.kernel.errors import BadInput
from yesand.takes.apart import STANDARD, Limits, environment, limit
from yesand.takes.sound import Samples, read

#: Decoded: samples (frames, channels) and rate in Hz; or what is wrong.
Decoded = tuple[Samples, int] | str
#: Files for one process: their names have to fit a command line.
_MOST = 200


def decoded(paths: Sequence[Path], limits: Limits = STANDARD) -> Iterator[Decoded]:
    """Yield what each file holds, in order; never raises for a file, whatever it holds."""
    at = 0
    while at < len(paths):
        began = at
        for found in _some(paths[at : at + _MOST], limits):
            yield found
            at += 1
        if at == began:  # It was the first: no other file had used up anything.
            yield "It broke the decoder, or wanted more time or memory than any take needs"
            at += 1


def _some(paths: Sequence[Path], limits: Limits) -> Iterator[Decoded]:
    """Yield what files hold, as far as one process comes."""
    command = [sys.executable, "-m", __name__, json.dumps(asdict(limits)), *map(str, paths)]
    with subprocess.Popen(  # nosec B603
        command, env=environment(), stdout=subprocess.PIPE, stderr=subprocess.DEVNULL
    ) as process:
        try:
            assert process.stdout is not None
            left = limits.wall_s
            while left > 0:
                since = time.monotonic()
                found = _in_time(process, process.stdout, left)
                # What is done with a file meanwhile is not the decoder's time.
                left -= time.monotonic() - since
                if found is None:
                    return
                yield found
        finally:
            process.kill()


def _in_time(process: subprocess.Popen[bytes], stream: IO[bytes], left: float) -> Decoded | None:
    """Return what the process says next, and end it if that takes longer than so many seconds."""
    deadline = Timer(left, process.kill)
    deadline.start()
    try:
        return _next(stream)
    finally:
        deadline.cancel()


def _next(stream: IO[bytes]) -> Decoded | None:
    """Return what the process says next; nothing if it has come to its end, or broke off."""
    line = stream.readline()
    if not line.endswith(b"\n"):
        return None
    told: dict[str, Any] = json.loads(line)
    if "bad" in told:
        return str(told["bad"])
    shape = (told["frames"], told["channels"])
    data = stream.read(4 * shape[0] * shape[1])
    if len(data) < 4 * shape[0] * shape[1]:
        return None
    return np.frombuffer(data, "<f4").reshape(shape), int(told["rate"])


def _tell(path: Path, out: IO[bytes]) -> None:
    try:
        sound = read(path)
    except BadInput as fault:
        out.write(json.dumps({"bad": fault.what}).encode() + b"\n")
    else:
        frames, channels = sound.samples.shape
        told = {"channels": channels, "frames": frames, "rate": sound.rate}
        out.write(json.dumps(told).encode() + b"\n")
        out.write(np.ascontiguousarray(sound.samples, "<f4").tobytes())
    out.flush()


if __name__ == "__main__":
    limit(Limits(**json.loads(sys.argv[1])))
    for name in sys.argv[2:]:
        _tell(Path(name), sys.stdout.buffer)
