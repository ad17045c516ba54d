"""Reading a stranger's file in a process of its own, with limits on its time and memory."""

from __future__ import annotations

import json
import os
import subprocess  # nosec B404
import sys
from pathlib import Path
from typing import Any

from yesand.provenance.credentials.reading import Credentials, State, read

_SECONDS, _MEMORY = 30, 4 << 30


def read_apart(path: Path, anchors: str) -> Credentials | None:
    """Return a file's credentials as ``reading.read`` does; one that breaks the reader has none.

    The process is told no secret of the house, and can write no file.
    """
    told = {"PATH": os.environ.get("PATH", ""), "PYTHONPATH": os.pathsep.join(sys.path)}
    try:
        done = subprocess.run(  # nosec B603
            [sys.executable, "-m", __name__, str(path)],
            input=anchors.encode(),
            env=told,
            capture_output=True,
            check=False,
            timeout=2 * _SECONDS,
        )
    except subprocess.TimeoutExpired:
        return _unreadable("reading it took too long")
    if done.returncode:
        return _unreadable("it broke what reads it")
    plain: dict[str, Any] | None = json.loads(done.stdout)
    return Credentials.from_json(plain) if plain else None


def _unreadable(why: str) -> Credentials:
    return Credentials(State.UNREADABLE, faults=(why,))


def _limit() -> None:
    import resource

    for kind, most in (
        (resource.RLIMIT_CPU, _SECONDS),
        (resource.RLIMIT_AS, _MEMORY),
        (resource.RLIMIT_FSIZE, 0),
        (resource.RLIMIT_CORE, 0),
    ):
        resource.setrlimit(kind, (most, most))


if __name__ == "__main__":
    _limit()
    found = read(Path(sys.argv[1]), sys.stdin.read())
    print(json.dumps(found.as_json() if found else None))
