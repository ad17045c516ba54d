"""What all drawings share: their size, their night, their inks, and words for who cannot see."""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass
from html import escape
from itertools import pairwise

from yesand.newsroom.drawing.dice import Dice

WIDTH, HEIGHT = 1200, 630

#: Five inks on the light, middle and dark of a night, each.
_PALETTES = (
    (("#ffb454", "#ff7a70", "#c792ea", "#82aaff", "#64d8cb"), ("#3a2a5e", "#1f1b3a", "#12111f")),
    (("#64d8cb", "#8be38b", "#f5e663", "#ffb454", "#7fd1ff"), ("#0f4a4a", "#0d2b33", "#0a161c")),
    (("#ff9aa2", "#ffb7b2", "#ffdac1", "#f6a6ff", "#b5a8ff"), ("#5a1f45", "#31142e", "#170b18")),
    (("#82aaff", "#a5d8ff", "#e2e8ff", "#c792ea", "#5ee0c0"), ("#1e3a74", "#14234a", "#0b1124")),
    (("#ffd166", "#ff9f5a", "#ff6f59", "#f2e9c9", "#e0a3ff"), ("#5c2f1a", "#321b19", "#170e10")),
)


@dataclass(frozen=True)
class Drawing:
    """A picture, and what it shows, in words."""

    svg: str
    alt: str


@dataclass(frozen=True)
class Palette:
    """The inks of one picture, and its night."""

    inks: tuple[str, ...]
    night: tuple[str, ...]

    def ink(self, index: int) -> str:
        """Return the ink of the thing of that number."""
        return self.inks[index % len(self.inks)]


def palette(dice: Dice) -> Palette:
    """Choose the inks; which of them comes first is chosen too."""
    inks, night = dice.one_of(_PALETTES)
    first = dice.whole(0, len(inks) - 1)
    return Palette(inks[first:] + inks[:first], night)


def framed(inner: str, alt: str, inks: Palette, light: tuple[float, float]) -> Drawing:
    """Return a drawing on its night.

    Parameters
    ----------
    light : where the night is least dark, in hundredths of width and height.
    """
    near, middle, far = inks.night
    svg = (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {HEIGHT}" '
        f'role="img" aria-label="{escape(alt)}"><defs>'
        f'<radialGradient id="s" cx="{light[0]:.1f}%" cy="{light[1]:.1f}%" r="90%">'
        f'<stop offset="0" stop-color="{near}"/><stop offset=".45" stop-color="{middle}"/>'
        f'<stop offset="1" stop-color="{far}"/></radialGradient></defs>'
        f'<rect width="{WIDTH}" height="{HEIGHT}" fill="url(#s)"/>{inner}</svg>'
    )
    return Drawing(svg, alt)


def path(points: Iterable[tuple[float, float]], *, closed: bool = False) -> str:
    """Return points as the path that joins them, in whole units.

    Each is told from the one before it: a page with a drawing must stay under 60 KB.
    """
    whole = [(round(x), round(y)) for x, y in points]
    steps = pairwise(whole)
    told = "l".join(f"{x - before_x} {y - before_y}" for (before_x, before_y), (x, y) in steps)
    return f"M{whole[0][0]} {whole[0][1]}l{told}" + ("Z" if closed else "")


def hill(t: float, at: float, width: float) -> float:
    """Return how high a bell stands at ``t``: 1 at its middle."""
    return math.exp(-(((t - at) / width) ** 2))
