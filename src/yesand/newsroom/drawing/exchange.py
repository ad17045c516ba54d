"""Two who say yes, and."""

from __future__ import annotations

import math

from yesand.newsroom.drawing.dice import Dice
from yesand.newsroom.drawing.frame import HEIGHT, WIDTH, Drawing, Palette, framed, palette, path

_STEPS = 200


def drawn(dice: Dice) -> Drawing:
    """Draw two voices, each of many threads, that wind around each other and meet."""
    inks, meetings = palette(dice), dice.whole(5, 8)
    wide, turn = dice.between(120, 170), dice.between(0, 0.4)
    voices = "".join(_voice(dice, side, meetings, wide, turn, inks) for side in (1, -1))
    points = "".join(_meeting(n, meetings, turn, inks) for n in range(meetings + 1))
    alt = (
        "Drawing made by code from this article’s words: two voices of many threads wind around "
        f"each other through the dark and meet {_met(meetings, turn)} times, a point of light at "
        "each meeting."
    )
    return framed(f'<g fill="none">{voices}</g>{points}', alt, inks, (50, 50))


def _voice(dice: Dice, side: int, meetings: int, wide: float, turn: float, inks: Palette) -> str:
    threads = []
    for thread in range(9):
        off, own = (thread - 4) * 0.055, dice.between(0, math.tau)
        points = []
        for step in range(_STEPS + 1):
            t = step / _STEPS
            swing = math.sin(math.pi * (meetings * t + turn))
            fray = 22 * math.sin(31 * t + own) * swing**2 + 60 * off * abs(swing)
            y = HEIGHT / 2 + side * wide * swing * (1 + off) + fray
            points.append((t * WIDTH, y))
        colour = inks.ink(thread % 2 if side > 0 else 2 + thread % 2)
        style = f'stroke="{colour}" stroke-width="2" stroke-opacity=".7"'
        threads.append(f'<path d="{path(points)}" {style}/>')
    return "".join(threads)


def _at(number: int, meetings: int, turn: float) -> float:
    return (number - turn) / meetings


def _meeting(number: int, meetings: int, turn: float, inks: Palette) -> str:
    t = _at(number, meetings, turn)
    if not 0.01 < t < 0.99:
        return ""
    return f'<circle cx="{t * WIDTH:.1f}" cy="{HEIGHT / 2}" r="11" fill="{inks.ink(4)}"/>'


def _met(meetings: int, turn: float) -> int:
    return sum(0.01 < _at(n, meetings, turn) < 0.99 for n in range(meetings + 1))
