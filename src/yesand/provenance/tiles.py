"""A transparency log on disk (C2SP tlog-tiles, tlog-checkpoint): tiles, bundles, one checkpoint.

Tiles and bundles are written and flushed first, then the checkpoint is replaced atomically, so
nothing that a checkpoint covers is ever rewritten. What a crash leaves behind lies beyond the
checkpoint, where no reader looks, and is cleared away by the next writer.
"""

from __future__ import annotations

import fcntl
import os
import shutil
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from functools import lru_cache
from pathlib import Path

from yesand.kernel import durable
from yesand.kernel.errors import BadInput, CheckFailed, NotFound, Refused
from yesand.kernel.keys import Signer
from yesand.provenance import layout, merkle
from yesand.provenance.errors import LogBroken
from yesand.provenance.layout import ENTRIES, HEIGHT, WIDTH, Edge, Tile
from yesand.provenance.note import Checkpoint, open_checkpoint


class Log:
    """A log in a folder. An instance belongs to one thread; any number may have the log open.

    Parameters
    ----------
    origin : the log's name, the first line of its checkpoints.
    signer : the log's key, for appending.
    public : the log's 32 public bytes, for reading only.
    """

    def __init__(
        self, folder: Path, origin: str, signer: Signer | None = None, public: bytes | None = None
    ) -> None:
        self.folder, self.origin, self._signer = folder, origin, signer
        if signer is None and public is None:
            raise BadInput("A log needs the key that its checkpoints are signed with")
        self.public = signer.public if signer else public or b""
        self._known: tuple[bytes, Checkpoint] | None = None
        self._edge: Edge | None = None
        self._locks = 0
        self._read = lru_cache(maxsize=128)(self._load)

    # Reading

    def checkpoint(self) -> bytes:
        """Return the signed checkpoint as it lies on the disk; empty before the first."""
        with suppress(FileNotFoundError):
            return (self.folder / "checkpoint").read_bytes()
        return b""

    def head(self) -> Checkpoint:
        """Return the checkpoint, its signature and origin checked.

        Raises
        ------
        LogBroken : it is not this log's.
        """
        data = self.checkpoint()
        if self._known is None or self._known[0] != data:
            self._known = data, self._opened(data)
        return self._known[1]

    @property
    def size(self) -> int:
        """How many entries the checkpoint covers."""
        return self.head().size

    def entry(self, index: int) -> bytes:
        """Return one entry."""
        return next(self.entries(index, index + 1))

    def entries(self, start: int, end: int) -> Iterator[bytes]:
        """Yield the entries start … end − 1."""
        size = self.size
        if not 0 <= start <= end <= size:
            raise BadInput(f"No entries {start} to {end} in a log of {size}")
        while start < end:
            index, skip = divmod(start, WIDTH)
            bundle = self._bundle(Tile(ENTRIES, index, min(WIDTH, size - index * WIDTH)))
            taken = bundle[skip : skip + end - start]
            yield from taken
            start += len(taken)

    def tile(self, tile: Tile) -> bytes:
        """Return a tile's or bundle's bytes, exactly as wide as it is named.

        Raises
        ------
        LogBroken : it is missing, or shorter than that.
        """
        return layout.pack(self._bundle(tile)) if tile.level == ENTRIES else self._load(tile)

    def inclusion(self, index: int, size: int | None = None) -> list[bytes]:
        """Return the proof that an entry was in the log at ``size`` (now, if not given)."""
        return merkle.inclusion(index, self._upto(size), self._node)

    def consistency(self, old: int, new: int | None = None) -> list[bytes]:
        """Return the proof that the log of ``old`` entries begins the log of ``new``."""
        return merkle.consistency(old, self._upto(new), self._node)

    def root(self, size: int | None = None) -> bytes:
        """Return the root over the log as it was at ``size``."""
        return merkle.subtree(0, self._upto(size), self._node)

    # Writing

    @contextmanager
    def writing(self) -> Iterator[None]:
        """Be the log's only writer, in this process and all others, until the block ends."""
        if self._signer is None:
            raise Refused("This log is open for reading only", where=str(self.folder))
        if self._locks:
            yield
            return
        try:
            self.folder.mkdir(parents=True, exist_ok=True)
            handle = os.open(self.folder / ".lock", os.O_RDWR | os.O_CREAT, 0o644)
        except OSError as fault:
            raise durable.explained(fault, self.folder) from fault
        try:
            fcntl.flock(handle, fcntl.LOCK_EX)
            self._locks += 1
            self._recover()
            yield
        finally:
            self._locks = 0
            os.close(handle)  # which lets go of the lock

    def append(self, entries: Sequence[bytes]) -> int:
        """Add entries durably, all or none; return the index of the first.

        Raises
        ------
        BadInput : an entry of 64 KiB or more. StorageFull : the log is as it was before.
        LogBroken : what is on the disk is not what the checkpoint signs.
        """
        layout.check_lengths(entries)
        with self.writing():
            head, edge = self.head(), self._right_edge()
            self._edge = None
            try:
                self._grow(head, edge, entries)
            except durable.CannotWrite:
                self._recover()
                raise
            self._edge = edge
        return head.size

    def _grow(self, head: Checkpoint, edge: Edge, entries: Sequence[bytes]) -> None:
        new = head.size + len(entries)
        if new == head.size and self._known != (b"", head):
            return
        files = dict(edge.grow(map(merkle.leaf_hash, entries)))
        files |= dict(edge.partial()) | dict(self._bundles(head.size, entries))
        self._intend(head.size, new)
        durable.write_all(
            {self.folder / tile.path: files[tile] for tile in layout.written(head.size, new)}
        )
        assert self._signer is not None
        grown = Checkpoint(self.origin, new, edge.root())
        signed = bytes(grown.sign(self._signer))
        durable.write(self.folder / "checkpoint", signed)
        self._known = signed, grown
        self._tidy(head.size, new)

    def _bundles(self, size: int, entries: Sequence[bytes]) -> Iterator[tuple[Tile, bytes]]:
        index, filled = divmod(size, WIDTH)
        begun = self._bundle(Tile(ENTRIES, index, filled)) if filled else []
        for at in range(-filled, len(entries), WIDTH):
            held = [*begun, *entries[: WIDTH - filled]] if at < 0 else entries[at : at + WIDTH]
            yield Tile(ENTRIES, index, len(held)), layout.pack(held)
            index += 1

    def _right_edge(self) -> Edge:
        head = self.head()
        if self._edge is None or self._edge.size != head.size:
            self._edge = Edge(head.size, [self._open(lv, head.size) for lv in self._hash_levels()])
        if self._edge.root() != head.root:
            raise LogBroken(
                "The log's last tiles are not what its checkpoint signs",
                where=str(self.folder),
                remedy="Run an audit, and restore the log's folder from a backup.",
            )
        return self._edge

    def _hash_levels(self) -> list[int]:
        return [level for level in layout.levels(self.size) if level != ENTRIES]

    def _open(self, level: int, size: int) -> list[bytes]:
        index, width = divmod(layout.hashes(level, size), WIDTH)
        return layout.tile_hashes(self._read(Tile(level, index, width))) if width else []

    # Crashes: `.pending` says which growth was under way. It is flushed before any tile is written
    # and removed after all else: a torn partial tile that nobody clears and no later growth
    # overwrites would look to an audit like one that was edited.

    def _intend(self, old: int, new: int) -> None:
        path = self.folder / ".pending"
        try:
            path.write_text(f"{old} {new}\n")
            durable.sync(path)
            durable.sync(self.folder)
        except OSError as fault:
            raise durable.explained(fault, self.folder) from fault

    def _recover(self) -> None:
        try:
            old, new = map(int, (self.folder / ".pending").read_text().split())
        except (FileNotFoundError, ValueError):
            return
        self._edge = None
        self._read.cache_clear()
        for partial in self.folder.glob(".checkpoint.*.part"):
            partial.unlink(missing_ok=True)
        if self.size == old:
            self._clear(old, new)
        self._tidy(old, self.size)

    def _clear(self, old: int, new: int) -> None:
        """Remove the files of a growth that no checkpoint came to cover."""
        for tile in layout.written(old, new):
            path = self.folder / tile.path
            path.unlink(missing_ok=True)
            for folder in path.parents:
                if folder.exists() and (folder == self.folder or any(folder.iterdir())):
                    with suppress(OSError):  # of a full disk too, what was removed is removed
                        durable.sync(folder)
                    break
                if folder.exists():
                    folder.rmdir()

    def _tidy(self, old: int, new: int) -> None:
        """Remove the partial tiles that have become full (tlog-tiles lets a log do so)."""
        for tile in layout.outgrown(old, new):
            shutil.rmtree(self.folder / f"{tile.full}.p", ignore_errors=True)
        (self.folder / ".pending").unlink(missing_ok=True)

    # Files

    def _opened(self, data: bytes) -> Checkpoint:
        if not data:
            return Checkpoint(self.origin, 0, merkle.EMPTY)
        try:
            return open_checkpoint(data, self.origin, self.public)
        except (CheckFailed, BadInput) as fault:
            raise LogBroken(fault.what, where=str(self.folder / "checkpoint")) from fault

    def _upto(self, size: int | None) -> int:
        now = self.size
        if size is not None and not 0 <= size <= now:
            raise BadInput(f"The log has {now} entries, not {size}")
        return now if size is None else size

    def _node(self, level: int, index: int) -> bytes:
        high, low = divmod(level, HEIGHT)
        number, skip = divmod(index << low, WIDTH)
        width = min(WIDTH, layout.hashes(high, self.size) - number * WIDTH)
        held = layout.tile_hashes(self._read(Tile(high, number, width)))
        return merkle.root(held[skip : skip + (1 << low)])

    def _bundle(self, tile: Tile) -> list[bytes]:
        found = layout.unpack(self._load(tile))
        if len(found) < tile.width:
            raise LogBroken("An entry bundle is too short", where=tile.path)
        return found[: tile.width]

    def _load(self, tile: Tile) -> bytes:
        """Read a tile; a partial one may have become full since."""
        for path in dict.fromkeys((tile.path, tile.full)):
            with suppress(FileNotFoundError):
                data = (self.folder / path).read_bytes()
                if tile.level != ENTRIES:
                    data = _cut(data, tile)
                return data
        raise LogBroken("A tile is missing", where=tile.path) from NotFound("No such file")


def _cut(data: bytes, tile: Tile) -> bytes:
    if len(data) < tile.width * layout.HASH or len(data) % layout.HASH:
        raise LogBroken("A tile has the wrong length", where=tile.path)
    return data[: tile.width * layout.HASH]
