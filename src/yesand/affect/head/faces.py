"""A face's movement as features of a head: expression and pose, and nothing to know it by again."""

from __future__ import annotations

from functools import cached_property
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from yesand.affect.face.functionals import NAMES, WHOLE, functionals
from yesand.affect.face.reader import FaceReader
from yesand.affect.head.brought import Brought
from yesand.affect.head.described import Described
from yesand.kernel.errors import BadInput
from yesand.takes.video.facts import kind_of

Row = NDArray[np.float32]


class Unseen(BadInput):
    """A take that shows no face: no video, or nobody, or two, for nearly all of it."""


class Faces:
    """How a take's face moves, by a model of faces of the user's."""

    kind = "face"

    def __init__(self, described: Described, brought: Brought) -> None:
        self.described, self._brought = described, brought

    @property
    def version(self) -> str:
        """Name the model's file and the recipe."""
        return self.described.version

    @property
    def width(self) -> int:
        """How many numbers a take has."""
        return self.described.width

    @cached_property
    def reader(self) -> FaceReader:
        """What reads faces.

        Raises
        ------
        NotFound, BadInput, CheckFailed : it is not here (``Brought.faces``).
        """
        return self._brought.faces(self.described)

    def ready(self) -> None:
        """Open it, or say now that it is not here."""
        _ = self.reader

    def row(self, signal: NDArray[np.float32], rate: int) -> Row:
        """Refuse: a face is not heard.

        Raises
        ------
        Unseen : always.
        """
        raise Unseen("Sound alone shows no face", remedy="Give a video: MP4, MOV or WebM.")

    def of_file(self, path: Path) -> Row:
        """Return a video's row, (d,), zeros where no face is seen.

        Raises
        ------
        Unseen : no video. BadInput : it cannot be decoded.
        """
        if kind_of(path) is None:
            raise Unseen("No video, so no face", where=path.name)
        return functionals(self.reader.read(path))


def seconds_of(row: Row) -> float:
    """Return how long the video lasts that a row is of."""
    return float(row[NAMES.index("face.seconds")])


def visible(row: Row) -> bool:
    """Tell whether a row is of a face that was seen for long enough to say something."""
    return bool(row[: -len(WHOLE)].any())
