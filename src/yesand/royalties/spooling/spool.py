"""The spool: lines that lie on the disk for good before anybody is told so.

Each process appends to segments of its own, one an owner, in ``usage/spool``. What several threads
append at the same moment is flushed together (group commit): the first to come flushes for all.
A segment is locked while its process lives; a lock goes with the process, however that ends.
"""

from __future__ import annotations

import fcntl
import os
import re
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from secrets import token_hex
from threading import Lock
from weakref import finalize

from yesand.kernel import durable

LARGEST_SEGMENT = 16 * 1024 * 1024
_PIECE = 1 << 20
_NAME = re.compile(r"(?P<owner>\d+-\d+)-(?P<born>\d{20})-[0-9a-f]{16}\.jsonl\Z")
_BORN = "%Y%m%d%H%M%S%f"


@dataclass(frozen=True)
class Owner:
    """For which organisation, and by whose account: the registry's numbers of both."""

    licensee: int
    user: int

    def __str__(self) -> str:
        """Write it as segments are named."""
        return f"{self.licensee}-{self.user}"


@dataclass(frozen=True)
class Segment:
    """A file of the spool, as whoever collects it sees it."""

    path: Path
    owner: Owner
    born: datetime

    @property
    def name(self) -> str:
        """The file's name."""
        return self.path.name

    def size(self) -> int:
        """Return how many bytes it holds now."""
        return self.path.stat().st_size

    def whole(self, since: int) -> int:
        """Return up to where it holds whole lines: what is torn was never acknowledged."""
        with self.path.open("rb") as file:
            end = file.seek(0, os.SEEK_END)
            while end > since:
                start = max(since, end - _PIECE)
                file.seek(start)
                found = file.read(end - start).rfind(b"\n")
                if found >= 0:
                    return start + found + 1
                end = start
        return since

    def copy(self, since: int, until: int, into: int) -> None:
        """Copy a part of it to an open file."""
        with self.path.open("rb") as file:
            file.seek(since)
            while since < until and (piece := file.read(min(_PIECE, until - since))):
                since += len(piece)
                _write(into, piece)

    @contextmanager
    def alone(self) -> Iterator[bool]:
        """Tell whether nobody writes to it any more; if so, hold it meanwhile."""
        with self.path.open("rb") as file:
            try:
                fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                yield False
                return
            yield True


class _Open:
    """A segment that this process writes."""

    def __init__(self, folder: Path, owner: Owner, now: datetime) -> None:
        path = folder / f"{owner}-{now.strftime(_BORN)}-{token_hex(8)}.jsonl"
        new = path.with_suffix(".new")
        # Under its name only once it is locked: nobody may take it for a dead process's.
        self.file = os.open(new, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_APPEND, 0o600)
        # It closes, and is unlocked, when the last thread that appends to it lets go.
        self.close = finalize(self, os.close, self.file)
        fcntl.flock(self.file, fcntl.LOCK_EX)
        new.rename(path)
        durable.sync(folder)
        self.written = self.flushed = 0
        self.broken = False
        self.writing, self.flushing = Lock(), Lock()

    def append(self, data: bytes) -> None:
        with self.writing:
            try:
                _write(self.file, data)
            except OSError:
                # Whole lines of it may have been collected: what follows goes into another.
                self.broken = True
                os.ftruncate(self.file, self.written)  # a torn line would swallow the next
                raise
            self.written += len(data)
            mine = self.written
        with self.flushing:
            if self.flushed >= mine:
                return
            until = self.written
            try:
                os.fsync(self.file)
            except OSError:
                self.broken = True  # what the disk has of it is unknown: begin another
                raise
            self.flushed = until


class Spool:
    """The writing side, one a process and house; threads may share it."""

    def __init__(self, folder: Path, largest: int = LARGEST_SEGMENT) -> None:
        self.folder, self.largest = folder, largest
        self._open: dict[Owner, _Open] = {}
        self._lock = Lock()

    def append(self, owner: Owner, lines: Sequence[bytes], now: datetime) -> None:
        """Append lines (without their ends); return when they would survive a crash.

        Raises
        ------
        StorageFull, CannotWrite : none of them counts; the sender sends them again.
        """
        data = b"".join(line + b"\n" for line in lines)
        try:
            self._segment(owner, now).append(data)
        except OSError as fault:
            raise durable.explained(fault, self.folder) from fault

    def close(self) -> None:
        """Let go of all segments. No thread may append meanwhile."""
        with self._lock:
            for segment in self._open.values():
                segment.close()
            self._open.clear()

    def _segment(self, owner: Owner, now: datetime) -> _Open:
        with self._lock:
            known = self._open.get(owner)
            if known and not known.broken and known.written < self.largest:
                return known
            self.folder.mkdir(parents=True, exist_ok=True)
            made = self._open[owner] = _Open(self.folder, owner, now)
        return made


def segments(folder: Path) -> list[Segment]:
    """Return the segments there are, the oldest first."""
    found = []
    with suppress(FileNotFoundError):
        for path in folder.iterdir():
            if name := _NAME.match(path.name):
                owner = Owner(*map(int, name["owner"].split("-")))
                born = datetime.strptime(name["born"], _BORN).replace(tzinfo=UTC)
                found.append(Segment(path, owner, born))
    return sorted(found, key=lambda s: (s.born, s.name))


def _write(file: int, data: bytes) -> None:
    left = memoryview(data)
    while left:
        left = left[os.write(file, left) :]
