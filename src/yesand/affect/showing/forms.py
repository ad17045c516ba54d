"""What the controls of the page stand at: at nothing, at what was said, or as they were sent."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from yesand.affect.models import Rating
from yesand.affect.showing.answer import LONGEST_TRACE, Form
from yesand.affect.spaces import Categories, Dimensions

#: Where an intensity's slider begins.
_MIDDLE = 50


@dataclass(frozen=True)
class Shown:
    """What the controls stand at.

    Attributes
    ----------
    chosen : labels. intensities : by label, 1 to 100. values : by axis; 0: not said yet.
    trace : JSON, axis → [[milliseconds, thousandths], …].
    """

    chosen: frozenset[str] = frozenset()
    intensities: Mapping[str, int] = field(default_factory=dict)
    values: Mapping[str, int] = field(default_factory=dict)
    trace: str = ""

    def labels(self, space: Categories) -> list[dict[str, Any]]:
        """Return each label of a space with whether it is chosen, and how strong."""
        return [
            {
                "label": label,
                "chosen": label in self.chosen,
                "intensity": self.intensities.get(label, _MIDDLE),
            }
            for label in space.labels
        ]

    def axes(self, scale: Dimensions) -> list[dict[str, Any]]:
        """Return each axis of a scale with its value."""
        return [{"axis": axis, "value": self.values.get(axis, 0)} for axis in scale.axes]


def kept(rating: Rating | None) -> Shown:
    """Return the controls as a rating says; without one, as they begin."""
    if rating is None:
        return Shown()
    strong = {label: value or _MIDDLE for label, value in rating.emotions.items()}
    return Shown(
        frozenset(rating.emotions),
        strong,
        {axis: value // 1000 for axis, value in rating.axes.items()},
        json.dumps(rating.trace) if rating.trace else "",
    )


def filled(form: Form) -> Shown:
    """Return the controls as a form was sent; what none of them could say is left out."""
    told = {name: values[-1] for name, values in form.items() if values}
    numbers = {
        name: int(v) for name, v in told.items() if v.isascii() and v.isdigit() and v[3:] == ""
    }
    strong = {name.partition("-")[2]: v for name, v in numbers.items() if "intensity-" in name}
    drawn = told.get("trace", "")[:LONGEST_TRACE]
    return Shown(frozenset(form.get("label", ())), strong, numbers, drawn)
