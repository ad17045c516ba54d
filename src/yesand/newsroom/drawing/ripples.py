"""A voice that spreads from where it was raised."""

from __future__ import annotations

import math

from yesand.newsroom.drawing.dice import Dice
from yesand.newsroom.drawing.frame import HEIGHT, WIDTH, Drawing, Palette, framed, palette, path

_STEPS = 180


def drawn(dice: Dice) -> Drawing:
    """Draw rings that spread from one point, each with a tremble of its own."""
    inks, number = palette(dice), dice.whole(14, 20)
    middle = (WIDTH * dice.between(0.28, 0.72), HEIGHT * dice.between(0.42, 0.58))
    lobes = dice.whole(3, 7)
    turn = dice.between(0, math.tau)
    rings = "".join(
        _ring(dice, i, i / (number - 1), middle, lobes, turn, inks) for i in range(number)
    )
    point = f'<circle cx="{middle[0]:.1f}" cy="{middle[1]:.1f}" r="9" fill="{inks.ink(0)}"/>'
    alt = (
        f"Drawing made by code from this article’s words: {number} trembling rings spread from one "
        "bright point in the dark, as a voice does, and grow calm as they grow wide."
    )
    light = (100 * middle[0] / WIDTH, 100 * middle[1] / HEIGHT)
    return framed(f'<g fill="none">{rings}</g>{point}', alt, inks, light)


def _ring(
    dice: Dice,
    index: int,
    far: float,
    middle: tuple[float, float],
    lobes: int,
    turn: float,
    inks: Palette,
) -> str:
    radius, tremble = 26 + 640 * far**1.25, dice.between(0.05, 0.2) * (1 - 0.75 * far)
    own = dice.between(0, math.tau)
    points = []
    for step in range(_STEPS):
        angle = math.tau * step / _STEPS
        wave = math.sin(lobes * angle + turn + 1.6 * far) + 0.5 * math.sin(
            (2 * lobes + 1) * angle + own
        )
        r = radius * (1 + tremble * wave)
        points.append((middle[0] + r * math.cos(angle), middle[1] + r * math.sin(angle)))
    style = f'stroke-width="{3.4 - 1.8 * far:.1f}" stroke-opacity="{0.95 - 0.6 * far:.2f}"'
    return f'<path d="{path(points, closed=True)}" stroke="{inks.ink(index)}" {style}/>'
