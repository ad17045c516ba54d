"""A confusion matrix, shaded for a page."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

#: Shades of the confusion plot, none to full.
SHADES = 10


@dataclass(frozen=True)
class Cell:
    """One cell of the confusion plot: the part of its row, and its shade."""

    percent: int
    shade: int


def shaded(counts: Sequence[Sequence[int]]) -> list[list[Cell]]:
    """Return each row's parts; a row without takes is blank."""
    rows = []
    for row in counts:
        total = sum(row) or 1
        rows.append([Cell(round(100 * n / total), round(SHADES * n / total)) for n in row])
    return rows
