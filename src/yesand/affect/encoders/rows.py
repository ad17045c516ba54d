"""Many recordings through an encoder, by one process or several: the rows are the same."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from contextlib import nullcontext
from dataclasses import dataclass
from functools import cache, partial
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from yesand.affect.encoders.encoder import BATCH, Encoder
from yesand.affect.encoders.gathering import gathered
from yesand.affect.encoders.pooling import Pooling, Row
from yesand.kernel.pool import pool
from yesand.kernel.progress import Progress, silent


@dataclass(frozen=True)
class Wanted:
    """Which encoder, and how: what another process needs to open the same."""

    folder: Path
    layer: int = -1
    pooling: Pooling = Pooling.MEAN
    batch: int = BATCH
    device: str = "cpu"

    def open(self) -> Encoder:
        """Open it."""
        return Encoder.open(
            self.folder, self.layer, self.pooling, batch=self.batch, device=self.device
        )


@dataclass(frozen=True, eq=False)
class Embedded:
    """Rows with the encoder's name.

    Attributes
    ----------
    rows : shape (recordings, width).
    notes : what had to be done otherwise, such as a smaller batch.
    """

    version: str
    rows: NDArray[np.float32]
    notes: tuple[str, ...]

    @property
    def names(self) -> tuple[str, ...]:
        """A name for each column."""
        return tuple(f"embedding-{n}" for n in range(self.rows.shape[1]))


def embed(
    paths: Sequence[Path],
    wanted: Wanted,
    workers: int = 1,
    progress: Progress = silent,
    cache: Path | None = None,
) -> Embedded:
    """Return the rows of recordings.

    Raises
    ------
    NotFound, BadInput : the encoder cannot be opened, or recordings cannot be used: all are named.
    """
    encoder, notes = wanted.open(), dict[str, None]()
    with pool(workers) if workers > 1 else nullcontext() as processes:
        if processes is None:
            made: Iterable[Row | str] = (encoder.one(path, cache) for path in paths)
        else:
            encoder.model = None  # each process has its own: this one need not keep a copy
            told = processes.map(partial(_one, wanted, cache), paths, chunksize=4)
            made = _unpacked(told, notes)
        rows = gathered(made, paths, encoder.width, progress)
    return Embedded(encoder.version, rows, (*encoder.notes, *notes))


def _unpacked(
    told: Iterator[tuple[Row | str, tuple[str, ...]]], notes: dict[str, None]
) -> Iterator[Row | str]:
    for one, said in told:
        notes.update(dict.fromkeys(said))
        yield one


@cache
def _opened(wanted: Wanted) -> Encoder:
    return wanted.open()


def _one(wanted: Wanted, cache: Path | None, path: Path) -> tuple[Row | str, tuple[str, ...]]:
    encoder = _opened(wanted)
    encoder.notes.clear()
    made = encoder.one(path, cache)
    return made, tuple(encoder.notes)
