"""Rows that were made of recordings, kept by content, lost without harm."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from yesand.affect.derived import Cache
from yesand.kernel.errors import CheckFailed


@dataclass(frozen=True)
class Kept:
    """Rows of one kind and version: ``<folder>/<kind>/<version>/<sha256>.npy``.

    Attributes
    ----------
    kind : one of ``derived.KINDS``, so that erasing a recording forgets them.
    width : numbers in a row.
    """

    folder: Path
    kind: str
    version: str
    width: int

    @property
    def cache(self) -> Cache:
        """Where they lie."""
        return Cache(self.folder, self.kind, self.version)

    def get(self, sha256: str) -> NDArray[np.float32] | None:
        """Return a recording's row, or nothing if it is absent or not as it was written.

        Raises
        ------
        CheckFailed : a whole row lies there, and is of another width.
        """
        found = self.cache.get(sha256)
        if found is not None and found.shape != (self.width,):
            raise CheckFailed(
                f"A row of {found.size} numbers is kept where {self.width} are expected",
                where=str(self.cache.path(sha256)),
                remedy="Another program wrote it: delete that folder of the cache.",
            )
        return found

    def put(self, sha256: str, row: NDArray[np.float32]) -> None:
        """Keep a row."""
        self.cache.put(sha256, row)
