"""A log as plain files in another folder, which any web server serves (C2SP tlog-tiles).

What is new is checked against the entries before it is copied, each file appears whole, and the
checkpoint comes last: whoever reads meanwhile sees the tree of before or the tree of after.

What was published before is compared byte by byte. A file that was edited or lost is put back: the
checkpoint that lies there signs what it must be, so that this rewrites nothing that anybody could
rely on. It is named, so that whoever keeps the folder learns that somebody can write there.
"""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

from yesand.kernel import durable
from yesand.kernel.errors import CheckFailed, Refused
from yesand.kernel.progress import Progress, silent
from yesand.provenance import layout, merkle
from yesand.provenance.audit import audit
from yesand.provenance.errors import LogBroken
from yesand.provenance.layout import ENTRIES, WIDTH, Tile
from yesand.provenance.note import Checkpoint, open_checkpoint
from yesand.provenance.tiles import Log

#: Flushing waits for the disk: several files at once share one commit of its journal.
_THREADS, _TOGETHER = 8, 256


#: A file to be served, and the tile of the log that it is or begins.
Stage = tuple[Tile, Tile]


@dataclass(frozen=True)
class Published:
    """What was published: from which size to which, in how many files.

    ``mended`` names the files of before that were not what had been published, and are again.
    """

    before: int
    size: int
    files: int
    mended: tuple[str, ...] = ()


def publish(log: Log, target: Path, signed: bytes, progress: Progress = silent) -> Published:
    """Bring a folder up to the tree that a checkpoint signs; the same again writes nothing new.

    Parameters
    ----------
    signed : one of the log's checkpoints, with whatever cosignatures it has.

    Raises
    ------
    LogBroken : a tile of the log is not what its entries make it; nothing was published or mended.
    Refused : another log lies in the folder, or a newer state of this one.
    """
    head = open_checkpoint(signed, log.origin, log.public)
    before = _published(log, target, head)
    tiles = list(layout.written(before, head.size))
    if log.root(head.size) != head.root:
        raise LogBroken("The tiles are not what the checkpoint signs", where=str(log.folder))
    for done, tile in enumerate(tiles):
        _check(log, tile)
        progress(done, len(tiles), "checked")
    edited = list(_edited(log, target, before, progress))
    if edited:
        audit(log, progress)  # else an edited tile of the house could replace a sound one
        for at in range(0, len(edited), _TOGETHER):
            _copy(log, edited[at : at + _TOGETHER], target)
    for done in range(0, len(tiles), _TOGETHER):
        _copy(log, [(tile, tile) for tile in tiles[done : done + _TOGETHER]], target)
        progress(done, len(tiles), "written")
    if before != head.size or not (target / "checkpoint").exists():
        durable.write(target / "checkpoint", signed)
    for tile in layout.outgrown(before, head.size):
        shutil.rmtree(target / f"{tile.full}.p", ignore_errors=True)
    return Published(before, head.size, len(tiles), tuple(stage.path for stage, _ in edited))


def _published(log: Log, target: Path, head: Checkpoint) -> int:
    """Return the size of the tree that lies there, which must begin this one."""
    there = Log(target, log.origin, public=log.public)
    if not there.checkpoint():
        return 0
    try:
        old = there.head()
    except LogBroken as fault:
        raise _another(target) from fault
    if old.size > head.size:
        raise Refused(
            f"A newer state lies there: {old.size:,} entries, and this is of {head.size:,}",
            where=str(target),
        )
    if log.root(old.size) != old.root:
        raise _another(target)
    return old.size


def _edited(log: Log, target: Path, size: int, progress: Progress) -> Iterator[Stage]:
    """Yield the files of a published tree that are not what the log makes them, or not there."""
    stages = [(each, tile) for tile in layout.written(0, size) for each in _stages(target, tile)]
    for done, (stage, tile) in enumerate(stages):
        if _lying(target / stage.path) != _right(log, stage, tile):
            yield stage, tile
        progress(done, len(stages), "compared")


def _right(log: Log, stage: Tile, tile: Tile) -> bytes:
    """Return what a tile was when it was only so wide."""
    data = log.tile(tile)
    if stage == tile:
        return data
    if tile.level == ENTRIES:
        return layout.pack(layout.unpack(data)[: stage.width])
    return data[: stage.width * layout.HASH]


def _stages(target: Path, tile: Tile) -> Iterator[Tile]:
    """Yield a tile, and those of before it that are kept for readers of earlier checkpoints."""
    yield tile
    if tile.width == WIDTH:
        return
    for path in (target / f"{tile.full}.p").glob("*"):
        if path.name.isdecimal() and 0 < int(path.name) < tile.width:
            yield Tile(tile.level, tile.index, int(path.name))


def _lying(path: Path) -> bytes | None:
    try:
        return path.read_bytes()
    except OSError:
        return None  # lost, or a folder in its place: writing it again says what hinders


def _another(target: Path) -> Refused:
    return Refused(
        "Another log lies there", where=str(target), remedy="Choose another folder, or empty it."
    )


def _check(log: Log, tile: Tile) -> None:
    """Compute a tile again from what lies below it: entries, or the tiles of the level below."""
    if tile.level == ENTRIES:
        return  # its entries are hashed where the tile above them is checked
    try:
        below = list(_below(log, tile))
    except CheckFailed as fault:
        raise LogBroken(fault.what, where=tile.path) from fault
    if log.tile(tile) != b"".join(below):
        raise LogBroken(
            "A tile is not what its entries make it",
            where=tile.path,
            remedy="Run `yesand check`, and restore the log's folder from a backup.",
        )


def _below(log: Log, tile: Tile) -> Iterator[bytes]:
    if tile.level == 0:
        bundle = layout.unpack(log.tile(Tile(ENTRIES, tile.index, tile.width)))
        yield from map(merkle.leaf_hash, bundle)
        return
    for index in range(tile.index * WIDTH, tile.index * WIDTH + tile.width):
        yield merkle.root(layout.tile_hashes(log.tile(Tile(tile.level - 1, index))))


def _copy(log: Log, stages: list[Stage], target: Path) -> None:
    with ThreadPoolExecutor(_THREADS) as pool:
        made = ((target / stage.path, _right(log, stage, tile)) for stage, tile in stages)
        list(pool.map(lambda file: durable.write(*file), made))
