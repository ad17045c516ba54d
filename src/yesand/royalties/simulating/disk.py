"""A disk that forgets: after a crash, what was not flushed is torn, missing, or still there.

POSIX.1-2017 promises of a file's bytes only what ``fsync`` of the file has flushed, and of a name
(made, replaced, removed) only what ``fsync`` of its folder has. Whatever lies between is chosen by
the seed: Pillai et al., "All File Systems Are Not Created Equal", OSDI 2014, find each of these.
"""

from __future__ import annotations

import os
import re
import shutil
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from random import Random

#: What a temporary file's name has of chance.
_CHANCE = re.compile(r"\.[0-9a-f]{8,}(?=\.)")


@dataclass
class Disk:
    """What of a folder is certain to survive.

    Attributes
    ----------
    passed : names that are not watched: the database sees to its own files.
    names : folder → name → inode, as they were when the folder was last flushed.
    bytes : inode → its bytes, as they were when the file was last flushed; none: a folder.
    """

    root: Path
    passed: re.Pattern[str]
    names: dict[Path, dict[str, int]] = field(default_factory=dict)
    bytes: dict[int, bytes | None] = field(default_factory=dict)

    def __post_init__(self) -> None:
        """Take everything that is there for flushed."""
        for folder in self._folders():
            self._flush_folder(folder)
            for path in self._files(folder):
                self.bytes[path.stat().st_ino] = path.read_bytes()

    def flushed(self, path: Path) -> None:
        """Note that a file or a folder was flushed."""
        if not path.is_relative_to(self.root) or self.passed.match(path.name):
            return
        if path.is_dir():
            self._flush_folder(path)
        elif path.exists():
            self.bytes[path.stat().st_ino] = path.read_bytes()

    def _flush_folder(self, folder: Path) -> None:
        found = [p for p in folder.iterdir() if not self.passed.match(p.name)]
        self.names[folder] = {p.name: p.stat().st_ino for p in found}
        for path in found:
            if path.is_dir():
                self.bytes[path.stat().st_ino] = None

    def _folders(self) -> Iterator[Path]:
        for at, _, _ in os.walk(self.root):
            yield Path(at)

    def _files(self, folder: Path) -> Iterator[Path]:
        yield from (p for p in folder.iterdir() if p.is_file() and not self.passed.match(p.name))

    def crash(self, chance: str) -> int:
        """Lose power: bring the folder into a state that may be found then; return what was lost.

        Parameters
        ----------
        chance : decides, with each path, what becomes of it.
        """
        lost = self._settle(self.root, chance)
        self.names.clear()
        self.bytes.clear()
        self.__post_init__()
        return lost

    def _settle(self, folder: Path, chance: str) -> int:
        there = {p.name: p for p in folder.iterdir() if not self.passed.match(p.name)}
        sure = self.names.get(folder, {})
        lost = 0
        for name in sorted({*there, *sure}):
            path, dice = folder / name, _dice(chance, folder / name, self.root)
            now = path.stat().st_ino if name in there else None
            if now != sure.get(name) and dice.random() < 0.5:
                lost += 1
                self._back(path, sure.get(name))
            if path.is_dir():
                lost += self._settle(path, chance)
            elif path.exists():
                lost += self._tear(path, dice)
        return lost

    def _back(self, path: Path, inode: int | None) -> None:
        """Take a name back to what it was when its folder was flushed."""
        if path.is_dir():
            shutil.rmtree(path)
        path.unlink(missing_ok=True)
        if inode is None or self.bytes.get(inode, b"") is None:
            return
        path.write_bytes(self.bytes.get(inode) or b"")
        self.bytes[path.stat().st_ino] = path.read_bytes()

    def _tear(self, path: Path, dice: Random) -> int:
        """Leave of a file that was not flushed some of its bytes, or what it held before."""
        data, before = path.read_bytes(), self.bytes.get(path.stat().st_ino)
        if data == before:
            return 0
        torn = dice.choice([data, data[: dice.randint(0, len(data))], before or b""])
        path.write_bytes(torn)
        return int(torn != data)


def _dice(chance: str, path: Path, root: Path) -> Random:
    return Random(f"{chance} {_CHANCE.sub('', str(path.relative_to(root)))}")
