"""The words of the axes, and figures for them: drawn by us, after the idea of Bradley & Lang 1994.

Five figures stand over the odd places of nine: a face from a frown to a smile, one from asleep to
bursting, and a person from small to large.
"""

from __future__ import annotations

from math import cos, pi, sin
from typing import Any

from django import template
from django.utils.translation import gettext_lazy

from yesand.affect.models import Skip

register = template.Library()
#: Axis → what is asked, its low end, its high end.
WORDS = {
    "valence": (gettext_lazy("Pleasant?"), gettext_lazy("unpleasant"), gettext_lazy("pleasant")),
    "arousal": (gettext_lazy("Excited?"), gettext_lazy("at rest"), gettext_lazy("excited")),
    "dominance": (
        gettext_lazy("In control?"),
        gettext_lazy("controlled by others"),
        gettext_lazy("in control"),
    ),
}
#: Where the figures stand: over 1, 3, 5, 7 and 9 of a slider from 0 (at 40) to 9 (at 560).
_PLACES = (98, 213, 329, 444, 560)
_MOUTHS = (-8, 2, 11, 20, 30)
_SPIKES = (0, 3, 6, 9, 13)
#: As text: a template would write a figure as the reader's language does.
_EYES = ("0.8", "1.8", "2.8", "3.8", "5")
_SIZES = ("0.4", "0.55", "0.7", "0.85", "1")


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
        "bursts": list(zip(_PLACES, map(burst, _SPIKES), _EYES, strict=True)),
        "sizes": list(zip(_PLACES, _SIZES, strict=True)),
    }


def burst(spikes: int, radius: int = 24, number: int = 14) -> str:
    """Return the outline of a figure from which so long spikes start; of who is calm, a circle.

    >>> burst(0, radius=10, number=2)
    'M0.0 -10.0L10.0 0.0L0.0 10.0L-10.0 0.0Z'
    """
    corners = []
    for k in range(2 * number):
        reach, angle = radius + (spikes if k % 2 == 0 else -spikes / 3), pi * k / number - pi / 2
        corners.append(f"{reach * cos(angle):z.1f} {reach * sin(angle):z.1f}")
    return f"M{'L'.join(corners)}Z"


@register.simple_tag
def reason_words(reason: str) -> str:
    """Return why a take was left, in words."""
    return str(Skip.Reason(reason).label)
