"""Decoding apart: what a stranger sends is decoded in a process of its own, within limits.

A decoder is a large program that reads bytes somebody else chose. In a process of its own it may
use so much time and memory and no more, it can write no file, and when it crashes, a row says so.
"""

from __future__ import annotations

import json
import os
import subprocess  # nosec B404
import sys
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from yesand.provenance.credentials import reading as credentials
from yesand.provenance.credentials.reading import Credentials
from yesand.takes.activity.choosing import SETTING
from yesand.takes.intake import Judged
from yesand.takes.quality import Finding, judge
from yesand.takes.sound import BadMedia, Probe, read
from yesand.takes.waveform import envelope

_REMEDY = "Export it again from your recording program, as WAV or FLAC."


@dataclass(frozen=True)
class Limits:
    """What decoding one recording may use.

    Attributes
    ----------
    cpu_s, wall_s : seconds; a ten-minute take needs about two.
    memory : bytes of address space; an hour of stereo as float32 is 1.4 GB.
    """

    cpu_s: int = 60
    wall_s: float = 120.0
    memory: int = 6 << 30


STANDARD = Limits()


@dataclass(frozen=True)
class Apart:
    """An ear that listens in a process of its own, and draws what it heard."""

    limits: Limits = STANDARD

    def __call__(self, path: Path) -> Judged:
        """Decode and judge a recording.

        Raises
        ------
        BadMedia : no whole recording, or the decoder crashed or used more than it may.
        """
        told = self._run(path)
        if "bad" in told:
            raise BadMedia(told["bad"], where=path.name, remedy=told["remedy"])
        return Judged(
            Probe(**told["probe"]),
            tuple(Finding(**finding) for finding in told["findings"]),
            tuple((low, high) for low, high in told["envelope"]),
            Credentials.from_json(told["credentials"]) if told["credentials"] else None,
        )

    def _run(self, path: Path) -> dict[str, Any]:
        command = [sys.executable, "-m", __name__, str(path), json.dumps(asdict(self.limits))]
        try:
            done = subprocess.run(  # nosec B603
                command,
                env=environment(),
                capture_output=True,
                check=False,
                timeout=self.limits.wall_s,
            )
        except subprocess.TimeoutExpired as fault:
            raise _gave_up("it took too long") from fault
        if done.returncode:
            raise _gave_up("the decoder crashed, or wanted more time or memory than any take needs")
        told: dict[str, Any] = json.loads(done.stdout)
        return told


def _gave_up(why: str) -> BadMedia:
    return BadMedia(f"It could not be decoded: {why}", remedy=_REMEDY)


def environment() -> dict[str, str]:
    """Return what the process is told: where Python's modules are, and no secret of the house."""
    threads = {f"{name}_NUM_THREADS": "1" for name in ("OMP", "OPENBLAS", "MKL")}
    told = {name: os.environ[name] for name in (SETTING,) if name in os.environ}
    return {
        **threads,
        **told,
        "PATH": os.environ.get("PATH", ""),
        "PYTHONPATH": os.pathsep.join(sys.path),
    }


def limit(limits: Limits) -> None:
    """Hold this process to its limits from here on; it can write no file."""
    import resource

    for kind, most in (
        (resource.RLIMIT_CPU, limits.cpu_s),
        (resource.RLIMIT_AS, limits.memory),
        (resource.RLIMIT_FSIZE, 0),
        (resource.RLIMIT_CORE, 0),
    ):
        resource.setrlimit(kind, (most, most))


def _told(path: Path) -> dict[str, Any]:
    try:
        sound = read(path)
    except BadMedia as fault:
        return {"bad": fault.what, "remedy": fault.remedy}
    found = credentials.read(path, anchors="")
    return {
        "probe": asdict(sound.probe),
        "findings": [finding.as_json() for finding in judge(sound)],
        "envelope": envelope(sound.mono),
        "credentials": found.as_json() if found else None,
    }


if __name__ == "__main__":
    import scipy.signal  # noqa: F401  # what judging needs is there before the limits are

    limit(Limits(**json.loads(sys.argv[2])))
    print(json.dumps(_told(Path(sys.argv[1]))))
