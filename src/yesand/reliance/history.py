"""One performer's reliance over time, across models: what a page draws, and what it says of it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from yesand.reliance.chart import scale
from yesand.reliance.shares import BILLION

WIDTH, HEIGHT = 640, 240
_LEFT, _RIGHT, _TOP, _BOTTOM = 56, 16, 16, 30
#: Marks tell models apart without colour; there are never more on one picture.
MARKS = ("●", "■", "▲", "◆", "▼", "○", "□", "△")
MORE, LESS, ALIKE = "more", "less", "alike"


@dataclass(frozen=True)
class Measured:
    """One report's share of the performer, in parts per billion."""

    at: datetime
    share: int
    low: int
    high: int
    report: str


@dataclass(frozen=True)
class Course:
    """One model's reports, the oldest first."""

    model: str
    digest: str
    points: tuple[Measured, ...]

    @property
    def last(self) -> Measured:
        """The newest."""
        return self.points[-1]

    @property
    def went(self) -> str:
        """How the newest stands to the first, beyond what both are unsure of."""
        first, last = self.points[0], self.last
        if last.low > first.high:
            return MORE
        return LESS if last.high < first.low else ALIKE


@dataclass(frozen=True)
class Dot:
    """One report on the picture, with the ends of its interval."""

    x: float
    y: float
    low: float
    high: float
    mark: str


@dataclass(frozen=True)
class Line:
    """One model on the picture: its mark, its path and its dots."""

    course: Course
    mark: str
    path: str
    dots: tuple[Dot, ...]


@dataclass(frozen=True)
class Tick:
    """A place on an axis and what stands beside it."""

    at: float
    label: str


@dataclass(frozen=True)
class History:
    """The whole picture."""

    lines: tuple[Line, ...]
    rows: tuple[Tick, ...]
    columns: tuple[Tick, ...]
    #: Models with a history that the picture has no room for.
    left_out: int = 0

    @property
    def newest(self) -> Course:
        """The model that was measured last."""
        return max((line.course for line in self.lines), key=lambda c: (c.last.at, c.digest))


def drawn(courses: Sequence[Course]) -> History | None:
    """Return the picture of up to eight models, those measured last; None where there is none."""
    told = sorted((c for c in courses if c.points), key=lambda c: (c.last.at, c.digest))
    shown = sorted(told[-len(MARKS) :], key=lambda c: (c.points[0].at, c.digest))
    if not shown:
        return None
    points = [point for course in shown for point in course.points]
    first, last = min(p.at for p in points), max(p.at for p in points)
    step, most = scale(max(p.high for p in points) / BILLION * 100)
    rows = [Tick(_y(i * step, most), f"{i * step:g} %") for i in range(round(most / step) + 1)]
    days = [first] if first.date() == last.date() else [first, last]
    columns = [Tick(_x(day, first, last), f"{day:%Y-%m-%d}") for day in days]
    lines = [
        _line(course, mark, first, last, most) for course, mark in zip(shown, MARKS, strict=False)
    ]
    return History(tuple(lines), tuple(rows), tuple(columns), len(told) - len(shown))


def _line(course: Course, mark: str, first: datetime, last: datetime, most: float) -> Line:
    dots = tuple(_dot(p, mark, _x(p.at, first, last), most) for p in course.points)
    path = "M" + "L".join(f"{dot.x} {dot.y}" for dot in dots)
    return Line(course, mark, path, dots)


def _dot(point: Measured, mark: str, x: float, most: float) -> Dot:
    share, low, high = (_y(_percent(v), most) for v in (point.share, point.low, point.high))
    return Dot(x, share, low, high, mark)


def _percent(ppb: int) -> float:
    return ppb / BILLION * 100


def _x(at: datetime, first: datetime, last: datetime) -> float:
    whole = (last - first).total_seconds()
    part = (at - first).total_seconds() / whole if whole else 0.5
    # Dots stand off the edges, so that half of none is cut away.
    return round(_LEFT + 24 + (WIDTH - _LEFT - _RIGHT - 48) * part, 1)


def _y(percent: float, most: float) -> float:
    return round(HEIGHT - _BOTTOM - (HEIGHT - _TOP - _BOTTOM) * percent / most, 1)
