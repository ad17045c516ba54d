"""Writing files so that a crash leaves the old file or the new one, never half of one."""

from __future__ import annotations

import errno
import os
from collections.abc import Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, suppress
from pathlib import Path
from secrets import token_hex

from yesand.kernel.errors import YesAndError

#: What the system says when a disk, a quota or a file-size limit is exhausted (POSIX.1-2017).
_FULL = {errno.ENOSPC, errno.EDQUOT, errno.EFBIG}
#: What a database says then: SQLite's ``SQLITE_FULL`` and ``SQLITE_IOERR_SHMSIZE`` (the index of
#: its journal cannot grow), PostgreSQL's ``disk_full``.
_SQLITE_FULL, _POSTGRESQL_FULL = {13, 4874}, "53100"


class CannotWrite(YesAndError):
    """A file could not be written; what was there before is untouched."""

    exit_code = 1


class StorageFull(CannotWrite):
    """The disk took no more; what was there before is untouched."""


@contextmanager
def replacing(path: Path) -> Iterator[Path]:
    """Yield a path beside ``path`` to write to; put it in place durably when all went well."""
    partial = path.with_name(f".{path.name}.{token_hex(4)}.part")
    try:
        # A new folder is a name in its parent: without that flushed, all in it may be gone.
        changed = dict.fromkeys(making(path.parent))
        yield partial
        sync(partial)
        partial.replace(path)
        for folder in changed:
            sync(folder)
    except OSError as fault:
        raise explained(fault, path) from fault
    finally:
        with suppress(OSError):
            partial.unlink(missing_ok=True)


def write(path: Path, data: bytes) -> None:
    """Write a whole file durably and atomically."""
    with replacing(path) as partial:
        partial.write_bytes(data)


def write_all(files: Mapping[Path, bytes]) -> None:
    """Write files that nothing points at yet; return when they would survive a crash.

    They are flushed by several threads at once, as a journaling file system commits together
    what waits together.

    Raises
    ------
    StorageFull, CannotWrite : none of them is left behind.
    """
    path = Path()
    try:
        changed = {folder for path in files for folder in making(path.parent)}
        for path, data in files.items():
            path.write_bytes(data)
        with ThreadPoolExecutor(max_workers=8) as pool:
            list(pool.map(sync, (*files, *changed)))
    except OSError as fault:
        for written in files:
            with suppress(OSError):
                written.unlink(missing_ok=True)
        raise explained(fault, path) from fault


def sync(path: Path) -> None:
    """Flush a file or folder to the disk (fsync, POSIX.1-2017)."""
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def making(folder: Path) -> Iterator[Path]:
    """Make a folder; yield it and every folder that got a new name in it."""
    yield folder
    while not folder.exists():
        missing = next(p for p in (folder, *folder.parents) if p.parent.exists())
        missing.mkdir(exist_ok=True)
        yield missing.parent


def full(fault: BaseException | None) -> bool:
    """Tell whether a fault, or what caused it, is that a disk, a quota or a database took no more.

    >>> full(OSError(errno.ENOSPC, "No space left on device")), full(OSError(errno.EIO, "broken"))
    (True, False)
    """
    seen: set[int] = set()
    while fault is not None and id(fault) not in seen:
        seen.add(id(fault))
        if isinstance(fault, StorageFull) or (isinstance(fault, OSError) and fault.errno in _FULL):
            return True
        if getattr(fault, "sqlite_errorcode", None) in _SQLITE_FULL:
            return True
        if getattr(fault, "sqlstate", None) == _POSTGRESQL_FULL:
            return True
        fault = fault.__cause__
    return False


def explained(fault: OSError, path: Path) -> CannotWrite:
    """Return the error to raise when the system would not write."""
    kind = StorageFull if fault.errno in _FULL else CannotWrite
    room = "Free some room" if kind is StorageFull else "Make the folder writable"
    return kind(
        f"Cannot write: {fault.strerror or fault}",
        where=str(path),
        remedy=f"{room} and run the same command again.",
    )
