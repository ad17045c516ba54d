"""Rows of many recordings, or all that is wrong with them."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from yesand.affect.encoders.pooling import Row
from yesand.kernel.errors import BadInput
from yesand.kernel.progress import Progress


def gathered(
    made: Iterable[Row | str], paths: Sequence[Path], width: int, progress: Progress
) -> NDArray[np.float32]:
    """Return the rows, shape (len(paths), width).

    Raises
    ------
    BadInput : what is wrong was told in place of some rows; all of it is said.
    """
    found, faults = list[Row](), list[str]()
    for done, one in enumerate(made):
        progress(done, len(paths), "embeddings")
        if isinstance(one, str):
            faults.append(one if paths[done].name in one else f"{paths[done].name}: {one}")
        else:
            found.append(one)
    progress(len(paths), len(paths), "embeddings")
    if faults:
        raise BadInput(
            f"{len(faults)} of {len(paths)} recordings cannot be used: {' '.join(faults)[:-1]}",
            remedy="Mend or leave them out; nothing was written.",
        )
    return np.array(found, dtype=np.float32).reshape(-1, width)
