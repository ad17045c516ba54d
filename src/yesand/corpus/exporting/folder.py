"""A folder of exported files: whole or not there, every file's hash beside it."""

from __future__ import annotations

import fcntl
import os
import shutil
from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path

from yesand.corpus.exporting.texts import SUMS
from yesand.kernel import durable
from yesand.kernel.ids import digest_file

RECEIPT = "export.json"
#: Flushing waits for the disk: several files at once share one commit of its journal.
_THREADS = 8


def make(folder: Path, fill: Callable[[Path], None], moment: float) -> str:
    """Fill a folder that appears only when it is whole; return the hash of its list of hashes.

    Of two processes that make one at once, the second waits and finds it. What a killed process
    left is cleared away.

    Parameters
    ----------
    moment : now, in seconds since 1970: from then on it is kept for a while.
    """
    with _alone(folder):
        if not folder.exists():
            partial = _cleared(folder)
            try:
                partial.mkdir()
                fill(partial)
                (partial / SUMS).write_text(sums(partial), "utf-8")
                _appear(partial, folder)
            except OSError as fault:
                shutil.rmtree(partial, ignore_errors=True)
                raise durable.explained(fault, folder) from fault
    os.utime(folder, (moment, moment))
    return digest_file(folder / SUMS)


def deliver(folder: Path, target: Path, more: Mapping[str, bytes]) -> None:
    """Copy a folder to where it is wanted: all of it, with some files more, or nothing."""
    partial = _cleared(target)
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        shutil.copytree(folder, partial)
        for name, data in more.items():
            (partial / name).write_bytes(data)
        _appear(partial, target)
    except OSError as fault:
        shutil.rmtree(partial, ignore_errors=True)
        raise durable.explained(fault, target) from fault


def _appear(partial: Path, target: Path) -> None:
    """Give a filled folder its name, once all of it would survive a power cut."""
    with ThreadPoolExecutor(_THREADS) as pool:
        list(pool.map(durable.sync, (partial, *partial.rglob("*"))))
    partial.rename(target)
    durable.sync(target.parent)


def sums(folder: Path) -> str:
    """Return every file's hash as ``sha256sum`` writes and checks it."""
    return "".join(f"{digest_file(path)}  {name}\n" for name, path in files(folder))


def files(folder: Path) -> list[tuple[str, Path]]:
    """Return every file of a folder by its name inside, in order, but for list and receipt."""
    found = ((p.relative_to(folder).as_posix(), p) for p in folder.rglob("*") if p.is_file())
    return sorted((name, path) for name, path in found if name not in {SUMS, RECEIPT})


def root_of(folder: Path) -> str:
    """Return the hash of a folder's list of hashes; empty if it has none."""
    return digest_file(folder / SUMS) if (folder / SUMS).exists() else ""


def sweep(home: Path, before: float) -> None:
    """Remove what nobody has wanted since a moment (seconds since 1970)."""
    for path in home.iterdir():
        if path.stat().st_mtime >= before:
            continue
        if path.is_dir():
            remove(path)
        elif not path.name.startswith("."):  # a lock may be somebody's
            path.unlink(missing_ok=True)


def remove(folder: Path) -> None:
    """Remove a folder and what was begun of it."""
    with _alone(folder):
        shutil.rmtree(folder, ignore_errors=True)
        shutil.rmtree(_partial(folder), ignore_errors=True)


def _partial(folder: Path) -> Path:
    return folder.with_name(f".{folder.name}.part")


def _cleared(folder: Path) -> Path:
    partial = _partial(folder)
    shutil.rmtree(partial, ignore_errors=True)
    return partial


@contextmanager
def _alone(folder: Path) -> Iterator[None]:
    """Be the only one who makes a folder; a killed process lets go of it."""
    folder.parent.mkdir(parents=True, exist_ok=True)
    lock = os.open(folder.with_name(f".{folder.name}.lock"), os.O_RDWR | os.O_CREAT, 0o600)
    try:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield
    finally:
        os.close(lock)
