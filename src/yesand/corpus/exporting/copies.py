"""An export as somebody has it, a folder or an archive: every file hashed, and held against the
list that the house signed.
"""

from __future__ import annotations

import hashlib
import tarfile
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Self

from yesand.corpus.exporting.folder import RECEIPT, files
from yesand.corpus.exporting.texts import SUMS
from yesand.kernel.errors import CheckFailed
from yesand.kernel.ids import digest, digest_file

_PIECE = 1 << 20


@dataclass(frozen=True)
class Copy:
    """What lies at a place.

    Attributes
    ----------
    hashes : name → SHA-256 of every file but these two. sums : the list of hashes. receipt : the
        house's word. Both are empty if they are not there.
    """

    where: str
    hashes: Mapping[str, str]
    sums: bytes
    receipt: bytes

    @classmethod
    def of(cls, target: Path) -> Self:
        """Read a folder or an archive.

        Raises
        ------
        CheckFailed : it cannot be read.
        """
        try:
            found = dict(_archived(target) if target.is_file() else _laid_out(target))
        except (OSError, tarfile.TarError) as fault:
            raise CheckFailed(f"It cannot be read: {fault}", where=str(target)) from fault
        told = {name: found.pop(name, b"") for name in (SUMS, RECEIPT)}
        hashes = {name: str(hashed) for name, hashed in found.items()}
        return cls(str(target), hashes, _bytes(told[SUMS]), _bytes(told[RECEIPT]))

    def check(self) -> str:
        """Check every file against the list; return the hash of that list.

        Raises
        ------
        CheckFailed : a file is missing, is another, or nobody has listed it.
        """
        listed = self._listed()
        for name in sorted(listed.keys() | self.hashes.keys()):
            if name not in self.hashes:
                raise CheckFailed("A file is missing", where=name)
            if name not in listed:
                raise CheckFailed("A file that was not exported", where=name)
            if self.hashes[name] != listed[name]:
                raise CheckFailed("A file is not what was exported", where=name)
        return digest(self.sums)

    def _listed(self) -> dict[str, str]:
        try:
            lines = (line.split("  ", 1) for line in self.sums.decode().splitlines())
            listed = {name: hashed for hashed, name in lines}
        except ValueError:
            listed = {}
        if not listed:
            raise CheckFailed(f"No list of hashes that can be read ({SUMS})", where=self.where)
        return listed


def _laid_out(folder: Path) -> Iterator[tuple[str, str | bytes]]:
    for name, path in files(folder):
        yield name, digest_file(path)
    for name in (SUMS, RECEIPT):
        if (folder / name).exists():
            yield name, (folder / name).read_bytes()


def _archived(target: Path) -> Iterator[tuple[str, str | bytes]]:
    with tarfile.open(target) as archive:
        for member in archive:
            file = archive.extractfile(member) if member.isfile() else None
            if file is None:
                yield member.name, "no file"
            elif member.name in {SUMS, RECEIPT}:
                yield member.name, file.read()
            else:
                yield member.name, _hashed(file)


def _hashed(file: IO[bytes]) -> str:
    known = hashlib.sha256()
    while piece := file.read(_PIECE):
        known.update(piece)
    return known.hexdigest()


def _bytes(told: str | bytes) -> bytes:
    return told if isinstance(told, bytes) else b""
