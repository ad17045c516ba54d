"""Pictures that this house draws itself: a voice that becomes lines of a page, as SVG."""

from __future__ import annotations

import hashlib
import math
from html import escape

WIDTH, HEIGHT = 1200, 630
_INK = ("#ffb454", "#ff7a70", "#c792ea", "#82aaff", "#64d8cb")


def drawn(seed: str, title: str = "") -> str:
    """Return a picture of a voice: the same for the same seed, another for another.

    Strands of sound, loud on the left, calm down and become the ruled lines of a page.
    """
    numbers = hashlib.sha256(seed.encode()).digest()
    hue = numbers[0] / 256 * 40 - 20
    strands = "".join(_strand(i, numbers) for i in range(9))
    marks = "".join(_mark(i, numbers) for i in range(9))
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {HEIGHT}" '
        f'role="img" aria-label="{escape(title or "A voice becomes the lines of a page")}">'
        "<defs>"
        f'<radialGradient id="s" cx="{18 + hue / 8:.1f}%" cy="50%" r="90%">'
        '<stop offset="0" stop-color="#3a2a5e"/><stop offset=".45" stop-color="#1f1b3a"/>'
        '<stop offset="1" stop-color="#12111f"/></radialGradient>'
        '<linearGradient id="f" x1="0" x2="1"><stop offset="0" stop-color="#fff" stop-opacity="0"/>'
        '<stop offset=".08" stop-color="#fff" stop-opacity=".9"/>'
        '<stop offset=".7" stop-color="#fff" stop-opacity=".55"/>'
        '<stop offset="1" stop-color="#fff" stop-opacity=".4"/></linearGradient>'
        f'<mask id="m"><rect width="{WIDTH}" height="{HEIGHT}" fill="url(#f)"/></mask></defs>'
        f'<rect width="{WIDTH}" height="{HEIGHT}" fill="url(#s)"/>'
        f'<g mask="url(#m)" fill="none" stroke-linecap="round">{strands}</g>{marks}</svg>'
    )


def _strand(index: int, numbers: bytes) -> str:
    base = _base(index)
    colour = _INK[(index + numbers[1]) % len(_INK)]
    points = (_point(step / 150, index, base, numbers) for step in range(151))
    path = "M" + "L".join(f"{x:.1f} {y:.1f}" for x, y in points)
    return f'<path d="{path}" stroke="{colour}" stroke-width="{1.6 + (index % 3) * 0.9:.1f}"/>'


def _point(t: float, index: int, base: float, numbers: bytes) -> tuple[float, float]:
    """A strand springs from one point, swings, and settles on its line."""
    turn = numbers[2 + index] / 256 * math.tau
    loud = math.exp(-((t - 0.22) ** 2) / 0.022) + 0.35 * math.exp(-((t - 0.45) ** 2) / 0.012)
    settle = 1 / (1 + math.exp(-16 * (t - 0.42)))
    swing = math.sin(26 * t + turn) + 0.5 * math.sin(61 * t + 2 * turn)
    middle = HEIGHT / 2 + (base - HEIGHT / 2) * settle
    return t * WIDTH, middle + 150 * loud * swing * (0.55 + numbers[12 + index] / 512)


def _mark(index: int, numbers: bytes) -> str:
    """What each strand ends in: a line of words of its own length."""
    y = _base(index)
    x, parts = 760.0, []
    for word in range(6):
        size = 24 + numbers[(index * 6 + word) % 32] / 256 * 66
        if x + size > 1130 - (numbers[(index * 3) % 32] % 90):
            break
        parts.append(f'<rect x="{x:.0f}" y="{y - 5:.1f}" width="{size:.0f}" height="10" rx="5"/>')
        x += size + 14
    colour = _INK[(index + numbers[1]) % len(_INK)]
    return f'<g fill="{colour}" fill-opacity=".85">{"".join(parts)}</g>'


def _base(index: int) -> float:
    return 115 + index * 50
