"""A voice that becomes the lines of a page."""

from __future__ import annotations

import math

from yesand.newsroom.drawing.dice import Dice
from yesand.newsroom.drawing.frame import (
    HEIGHT,
    WIDTH,
    Drawing,
    Palette,
    framed,
    hill,
    palette,
    path,
)

_STEPS = 150


def drawn(dice: Dice) -> Drawing:
    """Draw strands of sound that swing, calm down, and end as ruled lines of words."""
    inks, number = palette(dice), dice.whole(7, 11)
    loud = dice.between(0.16, 0.28)
    apart = 400 / (number - 1)
    bases = [115 + index * apart for index in range(number)]
    lines = "".join(_strand(dice, i, base, loud, inks) for i, base in enumerate(bases))
    words = "".join(_words(dice, i, base, inks) for i, base in enumerate(bases))
    alt = (
        f"Drawing made by code from this article’s words: {number} strands of sound spring from "
        f"one point in the dark, swing wildly, calm down and become {number} ruled lines of words."
    )
    inner = f'<g fill="none" stroke-linecap="round" stroke-opacity=".85">{lines}</g>{words}'
    return framed(inner, alt, inks, (100 * loud, 50))


def _strand(dice: Dice, index: int, base: float, loud: float, inks: Palette) -> str:
    turn, swing = dice.between(0, math.tau), dice.between(0.5, 1.1)
    fast = dice.between(22, 32)
    points = []
    for step in range(_STEPS + 1):
        t = step / _STEPS
        noise = hill(t, loud, 0.15) + 0.35 * hill(t, loud + 0.24, 0.11)
        settled = 1 / (1 + math.exp(-16 * (t - loud - 0.2)))
        wave = math.sin(fast * t + turn) + 0.5 * math.sin(2.3 * fast * t + 2 * turn)
        middle = HEIGHT / 2 + (base - HEIGHT / 2) * settled
        points.append((t * WIDTH, middle + 150 * noise * wave * swing))
    width = 1.6 + (index % 3) * 0.9
    return f'<path d="{path(points)}" stroke="{inks.ink(index)}" stroke-width="{width:.1f}"/>'


def _words(dice: Dice, index: int, base: float, inks: Palette) -> str:
    x, end, parts = 760.0, dice.between(1040, 1130), []
    while True:
        size = dice.between(24, 90)
        if x + size > end:
            break
        parts.append(
            f'<rect x="{x:.0f}" y="{base - 5:.1f}" width="{size:.0f}" height="10" rx="5"/>'
        )
        x += size + 14
    return f'<g fill="{inks.ink(index)}" fill-opacity=".9">{"".join(parts)}</g>'
