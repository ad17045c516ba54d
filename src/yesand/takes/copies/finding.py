"""Which of many takes are copies of an earlier one.

Every take's landmarks are looked up in one index of all takes: those that share few landmarks are
never compared, so the work grows with the takes and not with their pairs.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from enum import StrEnum
from typing import Any

import numpy as np

from yesand.kernel.progress import Progress, silent
from yesand.takes.copies.landmarks import Ints, Landmarks

#: A copy shares at least this part of the landmarks of whichever has fewer, at one distance.
#: docs/copies.md has what copies and other takes reach.
ENOUGH = 0.08
#: With fewer landmarks a recording is too short or too plain to be told from another.
LEAST = 40
#: Windows (8 ms) by which the distance may waver: a shift is no multiple of them.
_WAVER = 1


class Kind(StrEnum):
    """How a copy was known."""

    EXACT = "exact"  # the decoded sound is the same, sample by sample
    NEAR = "near"  # the same performance: another level, format, cut or noise


@dataclass(frozen=True)
class Copy:
    """A take that is a copy of an earlier one.

    Attributes
    ----------
    take, of : media ids (SHA-256): the copy, and the first take of that performance.
    likeness : part of the landmarks that they share, in parts per million.
    """

    take: str
    of: str
    kind: Kind
    likeness: int

    def as_json(self) -> dict[str, Any]:
        """Return plain JSON."""
        return asdict(self)


def copies(takes: Sequence[tuple[str, Landmarks]], progress: Progress = silent) -> list[Copy]:
    """Return the copies among takes, each of the first take of its performance.

    Parameters
    ----------
    takes : media ids with what each is known by, the earliest first.
    """
    known = [marks for _, marks in takes]
    index, found = _Index(known), list[Copy]()
    first, sounds = dict[int, int](), dict[str, int]()
    for here, (take, marks) in enumerate(takes):
        if here % 64 == 0:
            progress(here, len(takes), "copies")
        twin = sounds.setdefault(marks.sound, here)
        like = (twin, 1.0) if twin < here else index.likest(here)
        if like is not None:
            first[here] = first.get(like[0], like[0])
            kind = Kind.EXACT if twin < here else Kind.NEAR
            found.append(Copy(take, takes[first[here]][0], kind, round(like[1] * 1e6)))
    progress(len(takes), len(takes), "copies")
    return found


def likeness(one: Landmarks, other: Landmarks) -> float:
    """Return the part of the landmarks, of whichever has fewer, that lie at one distance."""
    apart = _Index([one, other]).shared(other, 1)[1]
    return _agreeing(apart) / min(len(one), len(other)) if len(apart) else 0.0


class _Index:
    """All landmarks, sorted: where each lies in which take."""

    def __init__(self, known: Sequence[Landmarks]) -> None:
        self._known = known
        self._size = np.array([len(marks) for marks in known], dtype=np.int64)
        none = np.empty(0, np.int64)
        marks = np.concatenate([none, *(m.mark for m in known)])
        order = np.argsort(marks, kind="stable")
        self._mark = marks[order]
        self._at = np.concatenate([none, *(m.at for m in known)])[order]
        self._take = np.repeat(np.arange(len(known)), self._size)[order]

    def likest(self, here: int) -> tuple[int, float] | None:
        """Return the earlier take that is most alike, if one is alike enough, and how much."""
        if self._size[here] < LEAST:
            return None
        take, apart = self.shared(self._known[here], here)
        need = np.maximum(ENOUGH * np.minimum(self._size[:here], self._size[here]), 1)
        often = np.bincount(take, minlength=here)[:here] >= need
        found = [
            (_agreeing(apart[take == other]) / min(self._size[other], self._size[here]), -other)
            for other in np.flatnonzero(often & (self._size[:here] >= LEAST)).tolist()
        ]
        best, other = max(found, default=(0.0, 0))
        return (-other, float(best)) if best >= ENOUGH else None

    def shared(self, marks: Landmarks, here: int) -> tuple[Ints, Ints]:
        """Return every landmark that an earlier take shares: which take, and how far apart."""
        low = np.searchsorted(self._mark, marks.mark)
        count = np.searchsorted(self._mark, marks.mark, "right") - low
        own = np.repeat(marks.at, count)
        where = np.repeat(low - (count.cumsum() - count), count) + np.arange(count.sum())
        earlier = self._take[where] < here
        where = where[earlier]
        return self._take[where], self._at[where] - own[earlier]


def _agreeing(apart: Ints) -> int:
    """Return how many landmarks lie at one distance, give or take the waver."""
    times = np.bincount(apart - apart.min())
    return int(np.convolve(times, np.ones(2 * _WAVER + 1, np.int64)).max())
