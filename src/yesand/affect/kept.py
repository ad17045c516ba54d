"""Rows that were made of recordings, kept by content, lost without harm."""

from __future__ import annotations

import io
import zlib
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from secrets import token_hex

import numpy as np
from numpy.typing import NDArray

from yesand.affect import derived
from yesand.kernel.errors import CheckFailed

_CRC = 4  # bytes


@dataclass(frozen=True)
class Kept:
    """Rows of one kind and version: ``<folder>/<kind>/<version>/<sha256>.npy``.

    Attributes
    ----------
    kind : one of ``derived.KINDS``, so that erasing a recording forgets them.
    width : numbers in a row.
    """

    folder: Path
    kind: str
    version: str
    width: int

    def get(self, sha256: str) -> NDArray[np.float32] | None:
        """Return a recording's row, or nothing if it is absent or not as it was written.

        Raises
        ------
        CheckFailed : a whole row lies there, and is of another width.
        """
        path = derived.place_of(self.folder, self.kind, self.version, sha256)
        try:
            data = path.read_bytes()
            if zlib.crc32(data[:-_CRC]) != int.from_bytes(data[-_CRC:], "big"):
                return None
            found: NDArray[np.float32] = np.load(io.BytesIO(data), allow_pickle=False)
        except (OSError, ValueError, EOFError):
            return None
        if found.shape != (self.width,):
            raise CheckFailed(
                f"A row of {found.size} numbers is kept where {self.width} are expected",
                where=str(path),
                remedy="Another program wrote it: delete that folder of the cache.",
            )
        return found

    def put(self, sha256: str, row: NDArray[np.float32]) -> None:
        """Keep a row. No fsync: the checksum tells what a power cut tore."""
        file = io.BytesIO()
        np.save(file, row, allow_pickle=False)
        # What follows the array is ignored by every reader of the NPY format.
        data = file.getvalue() + zlib.crc32(file.getvalue()).to_bytes(_CRC, "big")
        path = derived.place_of(self.folder, self.kind, self.version, sha256)
        partial = path.with_name(f".{path.name}.{token_hex(4)}.part")
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            partial.write_bytes(data)
            partial.replace(path)
        except OSError:  # a full or read-only disk costs time, never the work
            with suppress(OSError):
                partial.unlink()
