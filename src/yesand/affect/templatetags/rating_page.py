"""The words of the axes, and figures for them: drawn by us, after the idea of Bradley & Lang 1994.

Five figures stand over the odd places of nine: a face from a frown to a smile, a body from asleep
to bursting, and a person from small to large.
"""

from __future__ import annotations

from math import cos, pi, sin
from typing import Any

from django import template
from django.utils.translation import gettext, gettext_lazy

register = template.Library()
#: Axis → what is asked, its low end, its high end.
WORDS = {
    "valence": (gettext_lazy("Pleasant?"), gettext_lazy("unpleasant"), gettext_lazy("pleasant")),
    "arousal": (gettext_lazy("Excited?"), gettext_lazy("calm"), gettext_lazy("excited")),
    "dominance": (
        gettext_lazy("In control?"),
        gettext_lazy("controlled by others"),
        gettext_lazy("in control"),
    ),
}
#: Where the figures stand: the middles of places 1, 3, 5, 7 and 9 of ten, 50 units each.
_PLACES = (75, 175, 275, 375, 475)
_MOUTHS = (-8, 2, 11, 20, 30)
_EYES = (0.8, 1.8, 3, 4.2, 5.5)
_SIZES = (0.4, 0.55, 0.7, 0.85, 1.0)


@register.simple_tag
def axis_name(axis: str) -> str:
    """Ask for an axis."""
    return str(WORDS[axis][0])


@register.simple_tag
def axis_low(axis: str) -> str:
    """Name an axis's low end."""
    return str(WORDS[axis][1])


@register.simple_tag
def axis_high(axis: str) -> str:
    """Name an axis's high end."""
    return str(WORDS[axis][2])


@register.inclusion_tag("affect/manikin.html")
def manikins(axis: str) -> dict[str, Any]:
    """Draw an axis's five figures."""
    return {
        "axis": axis,
        "mouths": list(zip(_PLACES, _MOUTHS, strict=True)),
        "bursts": [
            (x, burst(n), eye) for n, (x, eye) in enumerate(zip(_PLACES, _EYES, strict=True))
        ],
        "sizes": list(zip(_PLACES, _SIZES, strict=True)),
    }


def burst(strength: int) -> str:
    """Return the path of a star in the figure's chest; none for who is calm.

    >>> burst(0)
    'M-3 10L3 10'
    """
    if not strength:
        return "M-3 10L3 10"
    outer, inner, number = 3 + 3.2 * strength, 2 + 1.1 * strength, 7
    corners = []
    for k in range(2 * number):
        reach, angle = (outer, inner)[k % 2], pi * k / number - pi / 2
        corners.append(f"{reach * cos(angle):.1f} {10 + reach * sin(angle):.1f}")
    return f"M{'L'.join(corners)}Z"


@register.simple_tag
def reason_words(reason: str) -> str:
    """Return why a take was left, in words."""
    return dict(reasons())[reason]


def reasons() -> list[tuple[str, str]]:
    """Return why a take may be left, with the words for each."""
    return [
        ("cannot-tell", gettext("I cannot tell what is felt")),
        ("broken", gettext("It is broken: noise, silence, cut off, several voices")),
        ("other", gettext("Something else")),
    ]
