"""A month's report as a picture: one arc for each figure, the longer, the more."""

from __future__ import annotations

import math
from collections.abc import Sequence

from yesand.newsroom.drawing.dice import Dice
from yesand.newsroom.drawing.frame import HEIGHT, WIDTH, Drawing, Palette, framed, palette
from yesand.newsroom.reporting.figure import Figure

_CENTRE = (WIDTH / 2, HEIGHT - 30.0)
_INNER, _OUTER = 110.0, 510.0


def drawn(period: str, figures: Sequence[Figure]) -> Drawing:
    """Draw a report's figures as half rings around one centre, the first one innermost.

    An arc's length is the figure's size on a logarithmic scale; one that is withheld is dashed.

    Parameters
    ----------
    period : the month, which chooses the inks.
    """
    inks = palette(Dice(period))
    sizes = [size(figure) for figure in figures]
    most = max([1.0, *(math.log10(1 + s) for s in sizes if s)])
    apart = (_OUTER - _INNER) / max(len(figures) - 1, 1)
    arcs = "".join(
        _arc(_INNER + n * apart, None if s is None else math.log10(1 + s) / most, inks.ink(n), inks)
        for n, s in enumerate(sizes)
    )
    return framed(f'<g fill="none">{arcs}</g>', _alt(figures, sizes), inks, (50, 95))


def size(figure: Figure) -> float | None:
    """Return how much a figure tells of, over its rows; money in whole units. None: withheld.

    A month from which corrections took back more than it earned is as large as what they took.
    """
    told = [p.value / (10**6 if p.currency else 1) for p in figure.parts if p.value is not None]
    return abs(sum(told)) if told else None


def _alt(figures: Sequence[Figure], sizes: Sequence[float | None]) -> str:
    known = [(s, f.title) for s, f in zip(sizes, figures, strict=True) if s]
    longest = f" The longest is “{max(known)[1]}”." if known else ""
    withheld = " Dashed arcs are withheld." if None in sizes else ""
    return (
        f"Drawing made by code from this report’s figures: {len(figures)} arcs around one centre, "
        f"from “{figures[0].title}” within to “{figures[-1].title}” without; the longer an arc, "
        f"the larger its figure, on a logarithmic scale.{longest}{withheld}"
    )


def _arc(radius: float, part: float | None, ink: str, inks: Palette) -> str:
    rail = f'<path d="{_bow(radius, 1)}" stroke="{inks.inks[0]}" stroke-opacity=".12" '
    rail += 'stroke-width="2"/>'
    if part is None:
        dashed = 'stroke-dasharray="5 9" stroke-opacity=".7" stroke-width="3"'
        return f'{rail}<path d="{_bow(radius, 1)}" stroke="{ink}" {dashed}/>'
    if part == 0:
        return rail
    style = 'stroke-width="11" stroke-linecap="round" stroke-opacity=".92"'
    return f'{rail}<path d="{_bow(radius, part)}" stroke="{ink}" {style}/>'


def _bow(radius: float, part: float) -> str:
    x, y = _CENTRE
    angle = math.pi * (1 - part)
    end = (x + radius * math.cos(angle), y - radius * math.sin(angle))
    return f"M{x - radius:.1f} {y:.1f}A{radius:.1f} {radius:.1f} 0 0 1 {end[0]:.1f} {end[1]:.1f}"
