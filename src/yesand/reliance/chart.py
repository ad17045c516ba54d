"""Shares as a bar chart with intervals: SVG as text, in the colour of the text around it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from html import escape

from yesand.reliance.shares import BILLION

WIDTH = 640
_ROW, _NAME, _FIGURE, _TOP = 26, 150, 64, 30
_LEFT, _RIGHT = _NAME + 12, WIDTH - _FIGURE
_STEPS = (1, 2, 5)


@dataclass(frozen=True)
class _Bar:
    name: str
    share: float
    low: float
    high: float


def chart(shares: Mapping[str, Mapping[str, int]], title: str = "Reliance by performer") -> str:
    """Return the chart as an SVG element; the largest share on top.

    It needs neither style sheet nor script: colours are ``currentColor`` with an opacity, so that
    it reads in light and dark, and each bar carries its figure as text.

    Parameters
    ----------
    shares : name → ``share_ppb``, ``low_ppb``, ``high_ppb``.
    """
    bars = sorted((_bar(name, s) for name, s in shares.items()), key=lambda b: (-b.share, b.name))
    step, most = scale(max((b.high for b in bars), default=0.0))
    height = _TOP + _ROW * len(bars) + 12
    body = [_grid(step, most, height), *(_drawn(i, b, most) for i, b in enumerate(bars))]
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {height}" width="100%" '
        'role="img" aria-labelledby="reliance-title reliance-desc" fill="currentColor" '
        'font-family="inherit" font-size="13">'
        f'<title id="reliance-title">{escape(title)}</title>'
        f'<desc id="reliance-desc">{escape(_told(bars))}</desc>{"".join(body)}</svg>'
    )


def _bar(name: str, share: Mapping[str, int]) -> _Bar:
    return _Bar(name, *(share[key] / BILLION * 100 for key in ("share_ppb", "low_ppb", "high_ppb")))


def scale(most: float) -> tuple[float, float]:
    """Return a round step (percent) that cuts the axis into at most six, and the axis's end."""
    power = 0.01
    while True:
        for factor in _STEPS:
            step = factor * power
            if most <= 6 * step:
                return step, max(step, -(-most // step) * step)
        power *= 10


def _x(percent: float, most: float) -> float:
    return round(_LEFT + (_RIGHT - _LEFT) * percent / most, 1)


def _grid(step: float, most: float, height: int) -> str:
    marks = []
    for i in range(round(most / step) + 1):
        x = _x(i * step, most)
        marks.append(
            f'<line x1="{x}" x2="{x}" y1="{_TOP - 6}" y2="{height - 8}" stroke="currentColor" '
            f'stroke-opacity="0.15"/><text x="{x}" y="{_TOP - 12}" text-anchor="middle" '
            f'font-size="11" fill-opacity="0.7">{i * step:g} %</text>'
        )
    return "".join(marks)


def _drawn(row: int, bar: _Bar, most: float) -> str:
    top = _TOP + row * _ROW
    middle, base = top + _ROW / 2, top + _ROW / 2 + 4.5
    low, high, end = (_x(v, most) for v in (bar.low, bar.high, bar.share))
    whisker = "".join(
        f'<line x1="{x}" x2="{x}" y1="{middle - 4}" y2="{middle + 4}" stroke="currentColor"/>'
        for x in (low, high)
    )
    return (
        f'<g><text x="{_NAME}" y="{base}" text-anchor="end">{escape(_short(bar.name))}</text>'
        f'<rect x="{_LEFT}" y="{middle - 8}" width="{round(end - _LEFT, 1)}" height="16" rx="2" '
        'fill-opacity="0.35"/>'
        f'<line x1="{low}" x2="{high}" y1="{middle}" y2="{middle}" stroke="currentColor"/>{whisker}'
        f'<text x="{WIDTH}" y="{base}" text-anchor="end">{bar.share:.1f} %</text></g>'
    )


def _short(name: str) -> str:
    return name if len(name) <= 20 else f"{name[:19]}…"


def _told(bars: list[_Bar]) -> str:
    told = [f"{b.name}: {b.share:.1f} % (between {b.low:.1f} and {b.high:.1f})" for b in bars]
    return "; ".join(told) or "No shares."
