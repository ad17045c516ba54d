"""PDFs set in processes of their own, few at once, and kept: a statement never changes."""

from __future__ import annotations

import json
import os
import subprocess  # nosec B404
import sys
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path
from threading import BoundedSemaphore
from typing import Any

from yesand.kernel import durable
from yesand.kernel.errors import CheckFailed, Unavailable
from yesand.kernel.ids import digest, digest_of
from yesand.royalties.documents import setting

#: How many are set at once for pages, and how many seconds one waits for its turn or takes.
AT_ONCE, PATIENCE = 2, 60
_turns = BoundedSemaphore(AT_ONCE)


@dataclass(frozen=True)
class Sheet:
    """One document to be set: its words, and the moment that it bears."""

    told: dict[str, Any]
    at: int

    @property
    def name(self) -> str:
        """What names its bytes: all that they depend on."""
        layout = digest(setting.template(self.told))
        return str(digest_of([self.told, self.at, layout, version("typst")]))


def kept(folder: Path, sheet: Sheet) -> bytes:
    """Return a document: as it was set once, or set now and kept.

    Raises
    ------
    Unavailable : too many are being set. CheckFailed : it cannot be set.
    """
    path = place_of(folder, sheet)
    if path.exists():
        return path.read_bytes()
    made = set_apart(sheet)
    durable.write(path, made)
    return made


def place_of(folder: Path, sheet: Sheet) -> Path:
    """Return where a document is kept."""
    return folder / sheet.name[:2] / f"{sheet.name}.pdf"


def set_apart(sheet: Sheet) -> bytes:
    """Return a document, set in a process of its own that is told no secret of the house.

    Raises
    ------
    Unavailable : too many are being set, or it took too long. CheckFailed : it cannot be set.
    """
    if not _turns.acquire(timeout=PATIENCE):
        raise _busy()
    try:
        done = _run(json.dumps({"told": sheet.told, "at": sheet.at}).encode())
    except subprocess.TimeoutExpired as fault:
        raise _busy() from fault
    finally:
        _turns.release()
    if done.returncode:
        last = done.stderr.decode(errors="replace").strip().splitlines()[-1:]
        raise CheckFailed("The document cannot be set", where=" ".join(last)[:200])
    return done.stdout


def _run(given: bytes) -> subprocess.CompletedProcess[bytes]:
    told = {"PATH": os.environ.get("PATH", ""), "PYTHONPATH": os.pathsep.join(sys.path)}
    return subprocess.run(  # nosec B603
        [sys.executable, "-m", setting.__name__],
        input=given,
        env=told,
        capture_output=True,
        check=False,
        timeout=PATIENCE,
    )


def _busy() -> Unavailable:
    return Unavailable("Too many documents are being made", remedy="Try again in a minute.")
