"""The buffer: append-only files of events in a folder, and how far each of them was sent.

Several processes may share the folder. Each writes a segment of its own, which it holds locked;
what a dead process left is taken over by whichever comes to it first.
"""

from __future__ import annotations

import fcntl
import os
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from threading import Lock
from uuid import uuid4
from weakref import finalize

from yesand.metering.errors import BufferFull

SEGMENT = ".events"
_SENT = ".sent"
_HOW = ("always", "second", "never")


class Writing:
    """The segment that this process appends to."""

    def __init__(self, folder: Path, fsync: str) -> None:
        self.fsync = fsync
        self.path = folder / f"{uuid4().hex}{SEGMENT}"
        new = self.path.with_suffix(".new")
        self.file = os.open(new, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_APPEND, 0o600)
        # It closes, and is unlocked, when the last thread that appends to it lets go.
        self.close = finalize(self, os.close, self.file)
        fcntl.flock(self.file, fcntl.LOCK_EX)
        new.rename(self.path)
        sync_folder(folder)
        self.written = self.flushed = 0
        self._last = time.monotonic()
        self._writing, self._flushing = Lock(), Lock()

    def append(self, line: bytes) -> None:
        """Append one line, whole or not at all."""
        with self._writing:
            try:
                left = memoryview(line)
                while left:
                    left = left[os.write(self.file, left) :]
            except OSError:
                os.ftruncate(self.file, self.written)
                raise
            self.written += len(line)
            mine = self.written
        if self.fsync == "always":
            self.flush(mine)
        elif self.fsync == "second" and time.monotonic() - self._last > 1:
            self.flush()

    def flush(self, until: int | None = None) -> None:
        """Flush to the disk; threads that wait for it share one flush."""
        with self._flushing:
            if self.flushed >= (self.written if until is None else until):
                return
            written, self._last = self.written, time.monotonic()
            os.fsync(self.file)
            self.flushed = written


class Buffer:
    """A folder of segments.

    Parameters
    ----------
    fsync : ``always`` (before ``append`` returns), ``second`` (by ``tick``, about once a second) or
        ``never`` (when the system likes). A killed process loses nothing by any of them; a machine
        without power may lose what was not flushed.
    most : bytes that may wait.
    """

    def __init__(self, folder: Path, fsync: str, most: int, largest: int) -> None:
        if fsync not in _HOW:
            raise ValueError(f"fsync is one of {', '.join(_HOW)}")
        folder.mkdir(parents=True, exist_ok=True)
        self.folder, self.fsync, self.most, self.largest = folder, fsync, most, largest
        self._open: Writing | None = None
        self._lock = Lock()
        self._waiting = self.waiting()

    def append(self, line: bytes) -> None:
        """Keep one event.

        Raises
        ------
        BufferFull : it was not kept.
        """
        self.check_room(len(line))
        try:
            with self._lock:
                if self._open is None or self._open.written >= self.largest:
                    self._rotate()
                assert self._open is not None
                segment = self._open
            segment.append(line)  # outside the lock, so that threads share flushes
        except OSError as fault:
            raise BufferFull(
                f"{self.folder} takes no more: {fault.strerror}. The event was not kept; make room "
                "and meter it again."
            ) from fault
        self._waiting += len(line)

    def tick(self) -> None:
        """Flush what is not yet flushed, where that is asked for."""
        segment = self._open
        if segment is not None and self.fsync == "second":
            segment.flush()

    def waiting(self) -> int:
        """Return how many bytes are not sent yet."""
        self._waiting = sum(size - sent for _, size, sent in self._all())
        return self._waiting

    def less(self, size: int) -> None:
        """Note that so many bytes less wait."""
        self._waiting -= size

    def check_room(self, size: int) -> None:
        """Check that so many bytes more may wait.

        Raises
        ------
        BufferFull : they may not.
        """
        if self._waiting + size > self.most < self.waiting() + size:
            raise BufferFull(
                f"{self._waiting:,} bytes wait in {self.folder}, and {self.most:,} may: the house "
                "does not take them. See that it is reached, or allow more."
            )

    @contextmanager
    def next(self, most: int) -> Iterator[tuple[list[bytes], Sent] | None]:
        """Yield the oldest lines that nobody else is sending, and what marks them sent; or none."""
        for path, size, sent in self._all():
            if size <= sent:
                self._clear(path)
                continue
            with self._sending(path) as mine:
                found = _lines(path, self.sent(path), most) if mine else []
                if found:
                    yield found, Sent(self, path, self.sent(path))
                    return
        yield None

    def sent(self, path: Path) -> int:
        """Return up to where a segment was sent; nothing is known of it: from its beginning."""
        try:
            return int(path.with_suffix(_SENT).read_text())
        except (FileNotFoundError, ValueError):
            return 0

    def after_fork(self) -> None:
        """Begin a segment of one's own in a process that was forked off."""
        if self._open is not None:
            self._open.close()  # this process's copy: the lock stays with the one that made it
        self._open, self._lock = None, Lock()

    def close(self) -> None:
        """Flush, and let go of the segment."""
        with self._lock:
            if self._open is not None:
                with suppress(OSError):
                    self._open.flush()
                self._open = None

    def _rotate(self) -> None:
        if self._open is not None:
            self._open.flush()
        self._open = Writing(self.folder, self.fsync)

    def _all(self) -> list[tuple[Path, int, int]]:
        found = []
        for path in self.folder.glob(f"*{SEGMENT}"):
            with suppress(FileNotFoundError):
                told = path.stat()
                found.append((told.st_ctime_ns, path, told.st_size, self.sent(path)))
        return [(path, size, sent) for _, path, size, sent in sorted(found)]

    @contextmanager
    def _sending(self, path: Path) -> Iterator[bool]:
        """Tell whether this process may send a segment; if so, nobody else does meanwhile."""
        with (self.folder / "sending.lock").open("w") as file:
            try:
                fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                yield False
                return
            yield path.exists()

    def _clear(self, path: Path) -> None:
        """Remove a segment that was sent whole and that no process appends to."""
        if self._open is not None and self._open.path == path:
            return
        with suppress(FileNotFoundError), path.open("rb") as file:
            try:
                fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                return
            if path.stat().st_size <= self.sent(path):
                path.unlink()
                path.with_suffix(_SENT).unlink(missing_ok=True)


class Sent:
    """Marks lines as sent."""

    def __init__(self, buffer: Buffer, path: Path, since: int) -> None:
        self.buffer, self.path, self.since = buffer, path, since

    def upto(self, lines: list[bytes]) -> None:
        """Note that these lines are where they should be: lost, they would only be sent again."""
        size = sum(map(len, lines))
        self.since += size
        mark = self.path.with_suffix(_SENT)
        partial = mark.with_suffix(".part")
        partial.write_text(str(self.since))
        partial.replace(mark)
        self.buffer.less(size)


def sync_folder(folder: Path) -> None:
    """Flush a folder, so that a new file in it survives a crash."""
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def _lines(path: Path, since: int, most: int) -> list[bytes]:
    """Return whole lines; a torn last one was never acknowledged to anybody."""
    with path.open("rb") as file:
        file.seek(since)
        found: list[bytes] = []
        while len(found) < most and (line := file.readline()).endswith(b"\n"):
            found.append(line)
    return found
