"""An α and its interval as a line and a dot, between −0.25 and 1."""

from __future__ import annotations

import math
from dataclasses import dataclass

WIDTH = 200
_LOWEST, _HIGHEST = -0.25, 1.0


@dataclass(frozen=True)
class Bar:
    """What is drawn, in a box of 200 × 16; ``zero`` is where chance lies."""

    low: int
    dot: int
    high: int
    zero: int


def bar(alpha: float, low: float, high: float) -> Bar | None:
    """Return the drawing; none: α is no number."""
    if math.isnan(alpha):
        return None
    ends = (alpha, alpha) if math.isnan(low) else (low, high)
    return Bar(_place(ends[0]), _place(alpha), _place(ends[1]), _place(0.0))


def _place(value: float) -> int:
    inside = min(max(value, _LOWEST), _HIGHEST)
    return round(WIDTH * (inside - _LOWEST) / (_HIGHEST - _LOWEST))
