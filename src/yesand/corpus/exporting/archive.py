"""A folder as one tar archive (POSIX ustar), of which any part can be had without the rest.

The archive is never made: its length and every byte follow from the files. So a download that
broke off is taken up where it ended (RFC 9110 §14), and a disk holds the data once.
"""

from __future__ import annotations

import tarfile
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from yesand.corpus.exporting.folder import files
from yesand.corpus.exporting.texts import SUMS

_BLOCK = tarfile.BLOCKSIZE
_PIECE = 1 << 20


@dataclass(frozen=True)
class _Member:
    name: str
    size: int
    source: Path | bytes

    def header(self, moment: int) -> bytes:
        told = tarfile.TarInfo(self.name)
        told.size, told.mtime, told.mode = self.size, moment, 0o644
        return told.tobuf(tarfile.USTAR_FORMAT)


@dataclass(frozen=True)
class Archive:
    """A tar archive of a folder's files, and of some more.

    Attributes
    ----------
    moment : what all its files are dated, in seconds since 1970.
    """

    members: tuple[_Member, ...]
    moment: int

    @classmethod
    def of(cls, folder: Path, more: Mapping[str, bytes], moment: int) -> Archive:
        """Describe the archive of a folder."""
        whole = [*files(folder), (SUMS, folder / SUMS)]
        members = [_Member(name, path.stat().st_size, path) for name, path in whole]
        members += [_Member(name, len(data), data) for name, data in more.items()]
        return cls(tuple(members), moment)

    @property
    def size(self) -> int:
        """How many bytes it has."""
        return sum(_BLOCK + _padded(m.size) for m in self.members) + 2 * _BLOCK

    def pieces(self, start: int = 0, end: int | None = None) -> Iterator[bytes]:
        """Yield the bytes start … end − 1 in pieces."""
        at, end = 0, self.size if end is None else end
        for member in self.members:
            for source, size in self._parts(member):
                low, high = max(start - at, 0), min(end - at, size)
                if low < high:
                    yield from _read(source, low, high)
                at += size
        low, high = max(start - at, 0), min(end - at, 2 * _BLOCK)
        if low < high:
            yield bytes(high - low)

    def _parts(self, member: _Member) -> Iterator[tuple[Path | bytes, int]]:
        yield member.header(self.moment), _BLOCK
        yield member.source, member.size
        padding = _padded(member.size) - member.size
        yield bytes(padding), padding


def _padded(size: int) -> int:
    return size + -size % _BLOCK


def _read(source: Path | bytes, start: int, end: int) -> Iterator[bytes]:
    if isinstance(source, bytes):
        yield source[start:end]
        return
    with source.open("rb") as file:
        file.seek(start)
        while start < end and (piece := file.read(min(_PIECE, end - start))):
            yield piece
            start += len(piece)
