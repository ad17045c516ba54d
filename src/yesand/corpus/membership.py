"""Which manifests hold a take: an index of log entries beside each manifest, made once."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

import numpy as np

from yesand.kernel.durable import replacing


def index_of(entries: Iterable[int], path: Path) -> None:
    """Keep the log entries of a manifest's takes as a sorted array (int64, `.npy`)."""
    found = np.unique(np.fromiter(entries, dtype=np.int64))
    with replacing(path) as partial, partial.open("wb") as file:
        np.save(file, found)


def holds(path: Path, entry: int) -> bool:
    """Tell whether an index has a log entry, reading only the few pages a search touches."""
    found = np.load(path, mmap_mode="r")
    at = int(np.searchsorted(found, entry))
    return at < len(found) and int(found[at]) == entry
