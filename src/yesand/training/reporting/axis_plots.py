"""Plots of values from −1 to 1: predicted against rated, and over a take's time."""

from __future__ import annotations

from collections.abc import Sequence

from yesand.training.reporting.markup import Markup, tag
from yesand.training.reporting.plots import (
    _LEFT,
    _SIDE,
    WIDTH,
    _label,
    _legend,
    _line_between,
    _number,
    _svg,
    _x,
    _y,
)


def scatter(axis: str, points: Sequence[Sequence[float]]) -> Markup:
    """Draw what is predicted (up) against what raters said (across), a dot a take."""
    drawn = [*_frame("raters", "predicted"), _line_between((0, 0), (1, 1), "chance")]
    for given, told in points:
        drawn.append(tag("circle", cx=_x(_part(given)), cy=_y(_part(told)), r=3, class_="dot"))
    hint = f"{axis}: predicted against what raters said, {len(points)} takes, from -1 to 1"
    return _svg(WIDTH, _SIDE + 56, hint, drawn)


def curve(axis: str, moments: Sequence[Sequence[float]]) -> Markup:
    """Draw one take's (ms, given, predicted): what raters traced, and what is predicted."""
    first, last = moments[0][0], moments[-1][0]
    whole = max(last - first, 1e-9)
    drawn = _upright()
    for k in range(5):
        x, at = _x(k / 4), (first + whole * k / 4) / 1000
        drawn.append(tag("line", x1=x, x2=x, y1=_y(1), y2=_y(0), class_="tick"))
        drawn.append(_label(x, _y(0) + 18, f"{at:.1f}", "middle", "soft"))
    drawn.append(_label(_x(0.5), _y(0) + 40, "seconds", "middle", "soft"))
    for column, kind in ((1, "second"), (2, "first")):
        path = " ".join(
            f"{_number(_x((m[0] - first) / whole))},{_number(_y(_part(m[column])))}"
            for m in moments
        )
        drawn.append(tag("polyline", points=path, class_=kind))
    drawn += _legend((("predicted", "first"), ("raters", "second")))
    hint = f"{axis} over one take, {len(moments)} moments: what raters traced and what is predicted"
    return _svg(WIDTH, _SIDE + 56, hint, drawn)


def _part(value: float) -> float:
    return (min(max(value, -1.0), 1.0) + 1) / 2


def _upright() -> list[Markup]:
    drawn = []
    for k in range(5):
        y = _y(k / 4)
        drawn.append(tag("line", x1=_x(0), x2=_x(1), y1=y, y2=y, class_="tick"))
        drawn.append(_label(_LEFT - 8, y + 4, _number(k / 2 - 1), "end", "soft"))
    return drawn


def _frame(across: str, up: str) -> list[Markup]:
    drawn = _upright()
    for k in range(5):
        x = _x(k / 4)
        drawn.append(tag("line", x1=x, x2=x, y1=_y(1), y2=_y(0), class_="tick"))
        drawn.append(_label(x, _y(0) + 18, _number(k / 2 - 1), "middle", "soft"))
    drawn.append(_label(_x(0.5), _y(0) + 40, across, "middle", "soft"))
    turned = f"rotate(-90 14 {_number(_y(0.5))})"
    drawn.append(_label(14, _y(0.5), up, "middle", "soft", turned))
    return drawn
