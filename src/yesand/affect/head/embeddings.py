"""An encoder's embeddings as features of a head: opened when the first take needs it."""

from __future__ import annotations

import threading
from collections.abc import Sequence
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from yesand.affect.head.brought import Brought
from yesand.affect.head.described import Described
from yesand.affect.kept import Kept
from yesand.affect.listening import Source
from yesand.kernel.progress import Progress
from yesand.takes.sound import read

if TYPE_CHECKING:
    from yesand.affect.encoders.encoder import Encoder

Row = NDArray[np.float32]


class Embeddings:
    """What an encoder of the user's says of a take."""

    kind = "embeddings"

    def __init__(self, described: Described, brought: Brought) -> None:
        self.described, self._brought, self._alone = described, brought, threading.Lock()

    @property
    def version(self) -> str:
        """Name the encoder's files, layer and pooling."""
        return self.described.version

    @property
    def width(self) -> int:
        """How many numbers a take has."""
        return self.described.width

    @cached_property
    def encoder(self) -> Encoder:
        """The encoder itself.

        Raises
        ------
        NotFound, BadInput, CheckFailed : it is not here (``Brought.encoder``).
        """
        return self._brought.encoder(self.described)

    def ready(self) -> None:
        """Open it, or say now that it is not here."""
        with self._alone:
            _ = self.encoder

    def row(self, signal: NDArray[np.float32], rate: int) -> Row:
        """Return one channel's embedding, (d,)."""
        with self._alone:  # an encoder sets how many threads there are
            return self.encoder.row(signal, rate)

    def of_file(self, path: Path) -> Row:
        """Return the embedding of a recording's channels, averaged."""
        sound = read(path)
        return self.row(sound.mono, sound.rate)

    def prepare(
        self, takes: Sequence[Source], cache: Path | None, progress: Progress, workers: int
    ) -> None:
        """Have many takes embedded by several processes, into the cache."""
        if cache is None or workers < 2:
            return
        from yesand.affect.encoders.rows import Wanted, embed

        kept = Kept(cache, self.kind, self.version, self.width)
        missing = [take.path for take in takes if kept.get(take.sha256) is None]
        if len(missing) > workers:
            own = self.encoder
            wanted = Wanted(own.folder, own.layer, own.pooling)
            embed(missing, wanted, workers, progress, cache)
