"""A delivery of usage: JSON Lines, or a CloudEvents JSON batch (an array); either may be gzipped.

JSON Lines are read in bounded memory however long the file is.
"""

from __future__ import annotations

import gzip
import json
from collections.abc import Iterator
from io import BufferedIOBase, BufferedReader, RawIOBase
from pathlib import Path
from typing import Any, NamedTuple

from yesand.kernel.canonical import parse
from yesand.kernel.errors import BadInput, NotFound

LONGEST_LINE = 64 * 1024
LARGEST_ARRAY = 64 * 1024 * 1024
_PIECE = 128 * 1024
_GZIP = b"\x1f\x8b"  # RFC 1952 §2.3.1
_BOM = b"\xef\xbb\xbf"


class Row(NamedTuple):
    """One row as it came: its number from one, and its bytes (cut short if they were too many)."""

    line: int
    raw: bytes


class _Capped(RawIOBase):
    """A file that may be unpacked to so many bytes, and no further."""

    def __init__(self, file: BufferedIOBase, most: int) -> None:
        super().__init__()
        self.file, self.most, self.left = file, most, most

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any, /) -> int:
        piece = self.file.read(len(buffer))
        self.left -= len(piece)
        if self.left < 0:
            raise BadInput(
                f"A delivery that unpacks to more than {self.most // 2**20} MiB",
                remedy="Send it in parts; nothing of it was taken.",
            )
        buffer[: len(piece)] = piece
        return len(piece)

    def close(self) -> None:
        self.file.close()
        super().close()


def rows(path: Path, most: int | None = None) -> Iterator[Row]:
    """Read a delivery row by row.

    Parameters
    ----------
    most : how many bytes it may unpack to; none: any number.

    Raises
    ------
    NotFound : no such file. BadInput : not a file, damaged, too large, or an array that is none.
    """
    if not path.exists():
        raise NotFound("No such file", where=str(path))
    if not path.is_file():
        raise BadInput("Not a file", where=str(path), remedy="Give one file of usage events.")
    try:
        with _opened(path, most) as file:
            yield from _rows(file, path)
    except (EOFError, gzip.BadGzipFile, OSError) as fault:
        raise BadInput(
            f"The file cannot be read to its end: {fault}",
            where=str(path),
            remedy="Fetch it again; nothing of it was taken.",
        ) from fault


def is_packed(path: Path) -> bool:
    """Tell whether the file is gzipped."""
    with path.open("rb") as file:
        return file.read(2) == _GZIP


def _opened(path: Path, most: int | None) -> BufferedIOBase:
    if most is not None:
        return BufferedReader(_Capped(_opened(path, None), most), _PIECE)
    return gzip.open(path, "rb") if is_packed(path) else path.open("rb")


def _rows(file: BufferedIOBase, path: Path) -> Iterator[Row]:
    first = file.readline(LONGEST_LINE + 1).removeprefix(_BOM)
    if first.lstrip().startswith(b"["):
        yield from _array(first + file.read(LARGEST_ARRAY + 1), path)
        return
    number = 1
    while first:
        if len(first) > LONGEST_LINE and not first.endswith(b"\n"):
            _skip(file)
        if first.strip():
            yield Row(number, first)
        first, number = file.readline(LONGEST_LINE + 1), number + 1


def _skip(file: BufferedIOBase) -> None:
    while (rest := file.readline(LONGEST_LINE)) and not rest.endswith(b"\n"):
        pass


def _array(data: bytes, path: Path) -> Iterator[Row]:
    if len(data) > LARGEST_ARRAY:
        raise BadInput("An array of more than 64 MiB", where=str(path), remedy="Use JSON Lines.")
    values = parse(data, where=str(path))
    for number, value in enumerate(values, start=1):
        yield Row(number, json.dumps(value, ensure_ascii=False).encode())
