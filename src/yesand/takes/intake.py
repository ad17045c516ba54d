"""From a row to a recording that can be kept: copied, hashed, decoded, judged. No database."""

from __future__ import annotations

import fcntl
import os
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from yesand.kernel.errors import Refused
from yesand.kernel.ids import digest_file
from yesand.provenance.credentials.reading import Credentials
from yesand.provenance.credentials.reading import read as credentials_of
from yesand.takes.layouts import Row
from yesand.takes.media import BadMedia, MediaStore, Probe, Staged, read
from yesand.takes.quality import Finding, judge

#: More would only hold more decoded recordings in memory at once.
_THREADS = 4


@dataclass(frozen=True)
class Judged:
    """What listening to a recording tells.

    Attributes
    ----------
    outline : its envelope as `takes.waveform` keeps it; empty where nobody drew it.
    credentials : what the file says of itself, if it says anything.
    """

    probe: Probe
    findings: tuple[Finding, ...]
    outline: tuple[tuple[float, float], ...] = ()
    credentials: Credentials | None = None


#: Decodes and judges a recording, or raises ``BadMedia``.
Ear = Callable[[Path], Judged]


@dataclass(frozen=True)
class Heard:
    """A row whose recording is whole, waiting in the store to be kept."""

    row: Row
    staged: Staged
    judged: Judged

    @property
    def probe(self) -> Probe:
        """What the recording is."""
        return self.judged.probe


def here(path: Path) -> Judged:
    """Listen in this process: for recordings from the operator's own disk."""
    sound = read(path)
    return Judged(sound.probe, tuple(judge(sound)), credentials=credentials_of(path, anchors=""))


def fingerprint(path: Path) -> str:
    """Return the SHA-256 of a file.

    Raises
    ------
    BadMedia : there is none, or it cannot be read.
    """
    try:
        if path.is_dir():
            raise BadMedia("A folder, not a recording")
        return digest_file(path)
    except FileNotFoundError as fault:
        raise BadMedia("No such file") from fault
    except (OSError, ValueError) as fault:
        why = getattr(fault, "strerror", None) or fault
        raise BadMedia(f"Cannot be read: {why}") from fault


def hear(store: MediaStore, row: Row, sha256: str, ear: Ear = here) -> Heard:
    """Copy, hash, decode and judge one recording. Nothing is kept yet.

    Raises
    ------
    BadMedia : no whole recording, or no longer the one that was seen before.
    """
    staged = store.stage(row.path)
    try:
        if staged.sha256 != sha256:
            raise BadMedia("Changed while it was being read", remedy="Import again.")
        return Heard(row, staged, ear(staged.path))
    except BaseException:
        staged.path.unlink(missing_ok=True)
        raise


def hear_all(
    store: MediaStore, rows: Iterable[tuple[Row, str]], ear: Ear = here
) -> Iterator[tuple[Row, Heard | BadMedia]]:
    """Hear many recordings at once, in order; one that cannot be taken yields its fault.

    Threads are enough: reading, hashing, decoding and filtering let go of the interpreter.
    """
    with ThreadPoolExecutor(min(os.cpu_count() or 1, _THREADS)) as pool:
        yield from pool.map(lambda row: (row[0], _heard_or_fault(store, row[0], row[1], ear)), rows)


def _heard_or_fault(store: MediaStore, row: Row, sha256: str, ear: Ear) -> Heard | BadMedia:
    try:
        return hear(store, row, sha256, ear)
    except BadMedia as fault:
        return fault


@contextmanager
def alone(folder: Path) -> Iterator[None]:
    """Hold the right to import into a store: one import at a time, freed even by SIGKILL.

    Raises
    ------
    Refused : another import is running.
    """
    with (folder / ".importing").open("w") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as fault:
            raise Refused(
                "Another import into this house is running", remedy="Wait until it is done."
            ) from fault
        yield


def shown(path: Path, root: Path, most: int) -> str:
    """Return a path as it is kept and shown: relative to the corpus, its end if it is long."""
    base = root if root.is_dir() else root.parent
    inside = path.relative_to(base) if path.is_relative_to(base) else path
    # A name in a foreign encoding arrives as lone surrogates, which no database takes.
    return inside.as_posix().encode("utf-8", "replace").decode("utf-8")[-most:].replace("\0", "?")
