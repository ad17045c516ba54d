"""What a report foretold of half-subsets, against what retraining them found: points to draw."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

SIZE = 280
_EDGE = 24


@dataclass(frozen=True)
class Scatter:
    """A square picture: where dots are, and the ends of the line on which both would agree.

    Attributes
    ----------
    dots : (x, y). zero : where a half as good as the mean of its fold lies, on both axes.
    """

    dots: tuple[tuple[float, float], ...]
    low: float
    high: float
    zero_x: float
    zero_y: float


def scattered(points: Sequence[Sequence[int]]) -> Scatter | None:
    """Return the picture; None of fewer than three points, which show nothing.

    Parameters
    ----------
    points : (foretold, retrained), in billionths of a nat above their fold's mean.

    >>> scattered([(-1, -1), (0, 0), (1, 1)]).dots
    ((24.0, 256.0), (140.0, 140.0), (256.0, 24.0))
    """
    if len(points) < 3:
        return None
    most = max(abs(value) for point in points for value in point) or 1

    def place(value: float) -> float:
        return round(SIZE / 2 + (SIZE / 2 - _EDGE) * value / most, 1)

    dots = tuple((place(foretold), round(SIZE - place(found), 1)) for foretold, found in points)
    return Scatter(dots, place(-most), place(most), place(0), round(SIZE - place(0), 1))
