"""What raters said of takes on axes, between −1 and 1, and how it moves over a take's time."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from yesand.affect.evaluating.recall import Floats, Ints

#: Milliseconds and value, growing in time.
Line = Sequence[tuple[float, float]]


@dataclass(frozen=True)
class Said:
    """One rater's rating of a take: a value by axis, and lines over time by axis."""

    take: str
    rater: str
    axes: Mapping[str, float] = field(default_factory=dict)
    trace: Mapping[str, Line] = field(default_factory=dict)


@dataclass(frozen=True, eq=False)
class Ratings:
    """One row a value: of what (a cell), by whom, and the value, (ratings,) each."""

    cell: Ints
    rater: Ints
    value: Floats

    @classmethod
    def of(cls, rows: Sequence[tuple[int, str, float]]) -> Ratings:
        """Gather (cell, rater, value) in their order; a value that is no number is left out."""
        rows = [row for row in rows if np.isfinite(row[2])]
        people = {name: n for n, name in enumerate(dict.fromkeys(who for _, who, _ in rows))}
        return cls(
            np.array([cell for cell, _, _ in rows], dtype=np.int64),
            np.array([people[who] for _, who, _ in rows], dtype=np.int64),
            np.array([value for _, _, value in rows], dtype=np.float64),
        )

    def __len__(self) -> int:
        """Return how many there are."""
        return len(self.cell)

    def among(self, cells: NDArray[np.bool_]) -> Ratings:
        """Return those of the cells that are true in (cells,)."""
        here = cells[self.cell]
        return Ratings(self.cell[here], self.rater[here], self.value[here])


def of_takes(said: Sequence[Said], takes: Sequence[str], axis: str) -> Ratings:
    """Return the values of takes on an axis; a cell is a take's place in ``takes``."""
    place = {take: n for n, take in enumerate(takes)}
    return Ratings.of(
        [(place[s.take], s.rater, s.axes[axis]) for s in said if s.take in place and axis in s.axes]
    )


def of_moments(
    said: Sequence[Said], takes: Sequence[str], owner: Ints, at: Floats, until: Floats, axis: str
) -> Ratings:
    """Return the values that traces have at moments; a cell is a moment's place in ``owner``.

    A line is straight between its points, and holds before the first and after the last. Points
    beyond a take's end say nothing of it.

    Parameters
    ----------
    owner : each moment's take, as its place in ``takes``, (moments,), in order. at : when, in ms.
    until : each take's end in ms, (takes,).
    """
    place = {take: n for n, take in enumerate(takes)}
    rows = list[tuple[int, str, float]]()
    for one in said:
        take = place.get(one.take)
        if take is None or axis not in one.trace:
            continue
        line = [(t, v) for t, v in one.trace[axis] if np.isfinite(v) and 0 <= t <= until[take]]
        cells = np.arange(*np.searchsorted(owner, [take, take + 1]))
        if line and len(cells):
            times, heights = [t for t, _ in line], [v for _, v in line]
            values = np.interp(at[cells], times, heights)
            rows += [(int(c), one.rater, float(v)) for c, v in zip(cells, values, strict=True)]
    return Ratings.of(rows)
