"""Takes that stand behind one another, each as loud as it was."""

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

_STEPS = 160


def drawn(dice: Dice) -> Drawing:
    """Draw ridges of sound one behind another, each hiding what lies behind it."""
    inks, number = palette(dice), dice.whole(13, 18)
    where = dice.between(0.35, 0.65)
    lines = "".join(_ridge(dice, i, number, where, inks) for i in range(number))
    alt = (
        f"Drawing made by code from this article’s words: {number} ridges of sound stand behind "
        "one another in the dark, quiet at both ends and jagged in the middle."
    )
    return framed(lines, alt, inks, (100 * where, 20))


def _ridge(dice: Dice, index: int, number: int, where: float, inks: Palette) -> str:
    base = 190 + index * (390 / (number - 1))
    peaks = [
        (where + dice.between(-0.22, 0.22), dice.between(0.02, 0.07), dice.between(0.3, 1))
        for _ in range(dice.whole(3, 6))
    ]
    rough = dice.between(0, math.tau)
    points = []
    for step in range(_STEPS + 1):
        t = step / _STEPS
        high = sum(h * hill(t, at, width) for at, width, h in peaks)
        high += 0.12 * hill(t, where, 0.25) * (1 + math.sin(140 * t + rough))
        points.append((80 + t * (WIDTH - 160), base - 95 * high))
    floor = [(WIDTH - 80.0, HEIGHT + 10.0), (80.0, HEIGHT + 10.0)]
    hides = f'<path d="{path([*points, *floor], closed=True)}" fill="{inks.night[2]}"/>'
    line = f'<path d="{path(points)}" fill="none" stroke="{inks.ink(index)}" stroke-width="2.4" '
    return hides + line + 'stroke-linejoin="round"/>'
