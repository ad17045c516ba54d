"""A figure's rows as bars: SVG as text, each bar with its value in words."""

from __future__ import annotations

from html import escape

from yesand.newsroom.reporting.figure import Figure, Part
from yesand.newsroom.reporting.telling import shown

WIDTH, _ROW = 320, 40


def bars(figure: Figure) -> str:
    """Return the bars as an SVG element in the colours of the page around it."""
    most = max((p.value or 0 for p in figure.parts), default=0)
    height = _ROW * len(figure.parts)
    drawn = "".join(_bar(i, p, most, figure.unit) for i, p in enumerate(figure.parts))
    told = "; ".join(f"{p.label}: {shown(p, figure.unit)}" for p in figure.parts)
    return (
        f'<svg class="figure-bars" viewBox="0 0 {WIDTH} {height}" role="img" '
        f'aria-label="{escape(f"{figure.title}: {told}")}">{drawn}</svg>'
    )


def _bar(index: int, part: Part, most: int, unit: str) -> str:
    top = index * _ROW
    long = round(WIDTH * (part.value or 0) / most, 1) if most else 0
    kind = "bar withheld" if part.withheld else "bar"
    width = WIDTH if part.withheld else max(long, 2.0 if part.value else 0)
    return (
        f'<text x="0" y="{top + 15}">{escape(part.label)}</text>'
        f'<text class="value" x="{WIDTH}" y="{top + 15}" text-anchor="end">'
        f"{escape(shown(part, unit))}</text>"
        f'<rect class="rail" x="0" y="{top + 22}" width="{WIDTH}" height="8" rx="4"/>'
        f'<rect class="{kind}" x="0" y="{top + 22}" width="{width}" height="8" rx="4"/>'
    )
