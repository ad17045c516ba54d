"""What was made of a recording's sound and kept beside it, by the recording's content."""

from __future__ import annotations

import io
import zlib
from collections.abc import Iterable
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from secrets import token_hex
from typing import Any

import numpy as np
from numpy.typing import NDArray

from yesand.kernel.ids import checked

#: Folders of the cache, each ``<kind>/<version>/<sha256>.npy``.
KINDS = ("logmel", "prosody", "embeddings", "face")
_CRC = 4  # bytes


@dataclass(frozen=True)
class Cache:
    """Arrays of one kind and version on disk: lost, torn or altered ones are as if never kept."""

    folder: Path
    kind: str
    version: str

    def path(self, sha256: str) -> Path:
        """Return where a recording's array lies."""
        return place_of(self.folder, self.kind, self.version, sha256)

    def get(self, sha256: str) -> NDArray[Any] | None:
        """Return a recording's array, or nothing if it is absent or not as it was written."""
        try:
            data = self.path(sha256).read_bytes()
            if zlib.crc32(data[:-_CRC]) != int.from_bytes(data[-_CRC:], "big"):
                return None
            found: NDArray[Any] = np.load(io.BytesIO(data), allow_pickle=False)
        except (OSError, ValueError, EOFError):
            return None
        return found

    def put(self, sha256: str, made: NDArray[Any]) -> None:
        """Keep a recording's array. No fsync: the checksum tells what a power cut tore."""
        file = io.BytesIO()
        np.save(file, made, allow_pickle=False)
        # What follows the array is ignored by every reader of the NPY format.
        data = file.getvalue() + zlib.crc32(file.getvalue()).to_bytes(_CRC, "big")
        path = self.path(sha256)
        partial = path.with_name(f".{path.name}.{token_hex(4)}.part")
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            partial.write_bytes(data)
            partial.replace(path)
        except OSError:  # a full or read-only disk costs time, never the work
            with suppress(OSError):
                partial.unlink()


def place_of(cache: Path, kind: str, version: str, sha256: str) -> Path:
    """Return where a recording's array lies."""
    return cache / kind / version / f"{checked(sha256)}.npy"


def forget(cache: Path, sha256s: Iterable[str]) -> None:
    """Drop all that was made of recordings, by whatever version, as their sound is deleted.

    A voice can be told, and nearly be heard, from such features: they are the recording still.
    """
    for sha256 in sha256s:
        for kind in KINDS:
            name = f"{checked(sha256)}.npy"
            # What a writer that was killed left half-way holds the same.
            for left in (name, f".{name}.*.part"):
                for path in (cache / kind).glob(f"*/{left}"):
                    path.unlink(missing_ok=True)
