"""Where a tiled log keeps what (C2SP tlog-tiles): paths, widths, bundles and the right edge."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Self

from yesand.kernel.errors import BadInput, CheckFailed
from yesand.provenance import merkle

#: Hashes in a full tile, entries in a full bundle; eight levels of the tree a tile.
WIDTH = 256
HEIGHT = 8
HASH = 32
#: The longest entry that a bundle's uint16 length prefix can announce.
LONGEST = 0xFFFF
#: The level that names entry bundles in a path; they lie as level 0 does.
ENTRIES = -1


@dataclass(frozen=True, order=True)
class Tile:
    """One tile or bundle: its level, its index and how many of its 256 places are filled."""

    level: int
    index: int
    width: int = WIDTH

    @property
    def full(self) -> str:
        """The path of the tile once full: ``tile/0/x001/x234/067``."""
        groups = [f"{self.index % 1000:03d}"]
        rest = self.index // 1000
        while rest:
            groups.append(f"x{rest % 1000:03d}")
            rest //= 1000
        level = "entries" if self.level == ENTRIES else str(self.level)
        return "/".join(("tile", level, *reversed(groups)))

    @property
    def path(self) -> str:
        """The path of the tile as wide as it is."""
        return self.full if self.width == WIDTH else f"{self.full}.p/{self.width}"


def levels(size: int) -> Iterator[int]:
    """Yield every level of a log's tiles, the bundles among them."""
    yield ENTRIES
    level = 0
    while hashes(level, size):
        yield level
        level += 1


def hashes(level: int, size: int) -> int:
    """Return how many hashes (or entries) a log of ``size`` entries has at a level."""
    return size >> HEIGHT * max(level, 0)


def written(old: int, new: int) -> Iterator[Tile]:
    """Yield the tiles that growing from ``old`` to ``new`` entries writes."""
    for level in levels(new):
        before, after = hashes(level, old), hashes(level, new)
        for index in range(before // WIDTH, after // WIDTH):
            yield Tile(level, index)
        if after % WIDTH and after != before:
            yield Tile(level, after // WIDTH, after % WIDTH)


def outgrown(old: int, new: int) -> Iterator[Tile]:
    """Yield the partial tiles at ``old`` entries that are full at ``new``."""
    for level in levels(old):
        index, width = divmod(hashes(level, old), WIDTH)
        if width and index < hashes(level, new) // WIDTH:
            yield Tile(level, index, width)


def pack(entries: Iterable[bytes]) -> bytes:
    """Return entries as a bundle: each after its length as big-endian uint16."""
    return b"".join(len(entry).to_bytes(2) + entry for entry in entries)


def unpack(bundle: bytes) -> list[bytes]:
    """Return the entries of a bundle.

    Raises
    ------
    CheckFailed : the bundle ends within an entry.
    """
    found, at = [], 0
    while at < len(bundle):
        start = at + 2
        at = start + int.from_bytes(bundle[at:start])
        if start > len(bundle) or at > len(bundle):
            raise CheckFailed("An entry bundle ends within an entry")
        found.append(bundle[start:at])
    return found


def check_lengths(entries: Sequence[bytes]) -> None:
    """Refuse entries that a bundle cannot hold."""
    for place, entry in enumerate(entries):
        if len(entry) > LONGEST:
            raise BadInput(
                f"An entry of {len(entry)} bytes; the log holds less than 64 KiB",
                where=f"entry {place} of {len(entries)}",
                remedy="Log its SHA-256 instead.",
            )


@dataclass
class Edge:
    """The right edge of a log: at each level, the hashes of the tile that is not yet full."""

    size: int
    open: list[list[bytes]]

    @classmethod
    def empty(cls) -> Self:
        """The edge of a log without entries."""
        return cls(0, [])

    def grow(self, leaves: Iterable[bytes]) -> Iterator[tuple[Tile, bytes]]:
        """Add leaf hashes; yield each tile as it becomes full."""
        for leaf in leaves:
            rising, level = leaf, 0
            while rising:
                if level == len(self.open):
                    self.open.append([])
                self.open[level].append(rising)
                rising = b""
                if len(self.open[level]) == WIDTH:
                    whole, self.open[level] = self.open[level], []
                    tile = Tile(level, self.size >> HEIGHT * (level + 1))
                    yield tile, b"".join(whole)
                    rising = merkle.root(whole)
                level += 1
            self.size += 1

    def partial(self) -> Iterator[tuple[Tile, bytes]]:
        """Yield the tiles that are not full."""
        for level, filled in enumerate(self.open):
            if filled:
                index = hashes(level, self.size) // WIDTH
                yield Tile(level, index, len(filled)), b"".join(filled)

    def root(self) -> bytes:
        """Return the root over the whole log."""
        # Widest subtrees first: the highest level's hashes, then each lower level's.
        roots = list[bytes]()
        for filled in reversed(self.open):
            for level, index in merkle.perfect(0, len(filled)):
                roots.append(merkle.nodes_over(filled)(level, index))
        return merkle.fold(roots)


def tile_hashes(data: bytes) -> list[bytes]:
    """Return the hashes of a tile."""
    return [data[at : at + HASH] for at in range(0, len(data), HASH)]
