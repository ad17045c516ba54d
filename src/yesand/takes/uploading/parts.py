"""The parts of a recording on its way in, as files: each durable before it is acknowledged.

A file's name is the truth about it: ``uploads/<id>/<number>`` is there only once its bytes have
been checked against their hash and flushed. So nothing has to be remembered anywhere else, and a
killed server knows as much as one that was never stopped.
"""

from __future__ import annotations

import fcntl
import hashlib
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from yesand.kernel import durable
from yesand.kernel.errors import BadInput, CheckFailed, Refused
from yesand.kernel.ids import digest

#: Bytes of a part. Small enough to be sent again over a bad line, large enough to be few.
PART = 1 << 20


@dataclass(frozen=True)
class Parts:
    """The parts of one upload.

    Parameters
    ----------
    folder : its own, made when the first part comes.
    size : bytes of the whole, as they were announced.
    """

    folder: Path
    size: int

    @property
    def count(self) -> int:
        """How many parts make the whole."""
        return -(-self.size // PART)

    def length(self, number: int) -> int:
        """Return how many bytes a part has: all but the last are full."""
        return min(PART, self.size - number * PART)

    def have(self) -> list[int]:
        """Return the numbers of the parts that are here, in order."""
        if not self.folder.exists():
            return []
        return sorted(int(p.name) for p in self.folder.iterdir() if p.name.isdecimal())

    def put(self, number: int, data: bytes, sha256: str) -> None:
        """Keep a part, durably; the same one twice is kept once.

        Raises
        ------
        BadInput : no such part, or not as long as it must be. CheckFailed : it is not what its
        hash says: damaged on its way. Refused : another content was given for it before.
        StorageFull : the disk took no more; every part that was here still is.
        """
        if not 0 <= number < self.count:
            raise BadInput(f"There is no part {number}", remedy=f"There are {self.count}.")
        if digest(data) != sha256:
            raise CheckFailed("The part was damaged on its way", remedy="Send it again.")
        if len(data) != self.length(number):
            raise BadInput(f"Part {number} has {len(data)} bytes, not {self.length(number)}")
        path = self.folder / str(number)
        if path.exists():
            if digest(path.read_bytes()) != sha256:
                raise Refused(f"Another part {number} is here", remedy="Begin a new upload.")
            return
        durable.write(path, data)

    @contextmanager
    def joined(self, name: str, sha256: str) -> Iterator[Path]:
        """Yield the whole as one file of that name, checked against its hash.

        Raises
        ------
        Refused : parts are missing. CheckFailed : the whole is not what its hash says.
        StorageFull : the disk took no more; the parts stay.
        """
        missing = sorted(set(range(self.count)) - set(self.have()))
        if missing:
            raise Refused(f"Part {missing[0]} has not come yet", remedy="Send it, then finish.")
        whole = self.folder / "whole" / name
        try:
            if self._join(whole) != sha256:
                raise CheckFailed(
                    "The parts do not make the recording that was announced",
                    remedy="Begin a new upload.",
                )
            yield whole
        finally:
            shutil.rmtree(whole.parent, ignore_errors=True)

    def _join(self, whole: Path) -> str:
        known = hashlib.sha256()
        try:
            whole.parent.mkdir(exist_ok=True)
            with whole.open("wb") as file:
                for number in range(self.count):
                    data = (self.folder / str(number)).read_bytes()
                    known.update(data)
                    file.write(data)
        except OSError as fault:
            raise durable.explained(fault, whole) from fault
        return known.hexdigest()

    def clear(self) -> None:
        """Remove what is here."""
        shutil.rmtree(self.folder, ignore_errors=True)

    @contextmanager
    def alone(self) -> Iterator[None]:
        """Hold the right to finish: who comes second waits, and finds it done."""
        try:
            self.folder.mkdir(parents=True, exist_ok=True)
            lock = (self.folder / "lock").open("w")
        except OSError as fault:
            raise durable.explained(fault, self.folder) from fault
        with lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            yield
