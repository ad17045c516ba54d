"""The log's standing audit: everything that a checkpoint signs, computed again from the entries."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from yesand.kernel.errors import CheckFailed
from yesand.kernel.progress import Progress, silent
from yesand.provenance import layout, merkle
from yesand.provenance.errors import LogBroken
from yesand.provenance.layout import ENTRIES, WIDTH, Edge, Tile
from yesand.provenance.note import Checkpoint
from yesand.provenance.tiles import Log


def audit(log: Log, progress: Progress = silent) -> Checkpoint:
    """Compute every tile and the root from the entry bundles; return the checkpoint that holds.

    Raises
    ------
    LogBroken : the checkpoint's signature or origin, a bundle, a tile or the root is not right.
    """
    head, edge = log.head(), Edge.empty()
    for index in range(-(-head.size // WIDTH)):
        width = min(WIDTH, head.size - index * WIDTH)
        bundle = _entries(log, Tile(ENTRIES, index, width))
        for tile, data in edge.grow(map(merkle.leaf_hash, bundle)):
            _same(log, tile, data)
        progress(index * WIDTH + width, head.size, "entries")
    for tile, data in edge.partial():
        _same(log, tile, data)
        _earlier(log.folder, tile, data)
    if edge.root() != head.root:
        raise LogBroken("The checkpoint's root is not that of the entries", where=str(log.folder))
    return head


def _entries(log: Log, tile: Tile) -> list[bytes]:
    try:
        found = layout.unpack(_stored(log, tile))
    except CheckFailed as fault:
        raise LogBroken(fault.what, where=tile.path) from fault
    if len(found) != tile.width:
        raise LogBroken(f"A bundle holds {len(found)} entries", where=tile.path)
    for width, path in _partials(log.folder, tile):
        if path.read_bytes() != layout.pack(found[:width]):
            raise LogBroken("A bundle is not what it was", where=str(path))
    return found


def _same(log: Log, tile: Tile, data: bytes) -> None:
    if _stored(log, tile) != data:
        raise LogBroken("A tile is not what its entries make it", where=tile.path)


def _earlier(folder: Path, tile: Tile, data: bytes) -> None:
    for width, path in _partials(folder, tile):
        if path.read_bytes() != data[: width * layout.HASH]:
            raise LogBroken("A tile is not what its entries make it", where=str(path))


def _partials(folder: Path, tile: Tile) -> Iterator[tuple[int, Path]]:
    """Yield the narrower stages of a tile that are still kept for earlier checkpoints."""
    held = folder / f"{tile.full}.p"
    if tile.width == WIDTH or not held.exists():
        return
    for path in held.iterdir():
        if path.name.isdecimal() and int(path.name) < tile.width:
            yield int(path.name), path


def _stored(log: Log, tile: Tile) -> bytes:
    try:
        return (log.folder / tile.path).read_bytes()
    except OSError as fault:
        raise LogBroken("A tile cannot be read", where=tile.path) from fault
