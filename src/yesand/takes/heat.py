"""How much there is of what by whom: a table whose shades show where it is thin."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

#: Shades of `site.css`: none to full.
SHADES = 10


@dataclass(frozen=True)
class Cell:
    """Takes of one emotion by one performer."""

    number: int = 0
    duration_ms: int = 0
    shade: int = 0


@dataclass(frozen=True)
class HeatTable:
    """The corpus: performers down, emotions across, totals at the end of both.

    Attributes
    ----------
    rows : performer's handle, their cells in the order of ``emotions``, their total.
    """

    emotions: Sequence[str]
    rows: Sequence[tuple[str, Sequence[Cell], Cell]]
    totals: Sequence[Cell]
    whole: Cell


def heat(counts: Iterable[tuple[str, str, int, int]]) -> HeatTable:
    """Return the table of (performer, emotion, takes, milliseconds).

    >>> table = heat([("Ada", "joy", 4, 8000), ("Ben", "joy", 1, 1000)])
    >>> [(who, cells[0].shade) for who, cells, _ in table.rows], table.whole.number
    ([('Ada', 10), ('Ben', 5)], 5)
    """
    found = {(who, emotion): (number, length) for who, emotion, number, length in counts}
    performers = sorted({who for who, _ in found}, key=str.casefold)
    emotions = sorted({emotion for _, emotion in found})
    most = max((number for number, _ in found.values()), default=1)

    def cell(who: str, emotion: str) -> Cell:
        number, length = found.get((who, emotion), (0, 0))
        return Cell(number, length, shade(number / most))

    rows = [(who, [cell(who, emotion) for emotion in emotions]) for who in performers]
    columns = [[cells[n] for _, cells in rows] for n in range(len(emotions))]
    totals = [_sum(column) for column in columns]
    return HeatTable(emotions, [(w, c, _sum(c)) for w, c in rows], totals, _sum(totals))


def shade(part: float) -> int:
    """Return the shade of a part of the most there is.

    By the square root: a corpus is uneven, and what is thin must not vanish beside a heap.
    """
    return math.ceil(SHADES * math.sqrt(part))


def _sum(cells: Sequence[Cell]) -> Cell:
    return Cell(sum(c.number for c in cells), sum(c.duration_ms for c in cells))
