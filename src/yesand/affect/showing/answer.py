"""What a rater's form says of a take, read as a rating before it is a record. Pure."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from yesand.affect.questions.questions import EVERYTHING, Questions
from yesand.affect.rating.given import AXES, MOST_POINTS, Given
from yesand.affect.spaces import Categories, Dimensions, dimensions
from yesand.kernel.errors import BadInput
from yesand.kernel.wording import marked as _

#: In which the page asks for pleasantness, excitement and control.
SCALE = "sam"
#: A form's values by name, as a browser sends them.
Form = Mapping[str, Sequence[str]]
#: Of what is drawn, as JSON: "[86400000, 9000], " is 18 characters.
LONGEST_TRACE = len(AXES) * MOST_POINTS * 20


@dataclass(frozen=True)
class Asked:
    """What a page asks of a take.

    Attributes
    ----------
    space : of the labels. modality : what the rater is given. questions : which parts there are.
    """

    take: str
    rater: str
    space: Categories
    modality: str = "voice"
    questions: Questions = EVERYTHING

    @property
    def scale(self) -> Dimensions:
        """The scale of the axes and of what is drawn."""
        return dimensions(SCALE)


def read(form: Form, asked: Asked, key: str, spent_ms: int | None) -> Given:
    """Return the rating that a form gives; what was not asked is not read.

    Raises
    ------
    BadInput : no emotion is chosen, an axis is left out, or a value that none of the controls can
        give; ``where`` is the part of the form.
    """
    parts = asked.questions
    axes = _axes(form, asked.scale) if parts.axes else {}
    trace = _trace(form, asked.scale) if parts.line else {}
    return Given(
        take=asked.take,
        rater=asked.rater,
        modality=asked.modality,
        space=asked.space.id if parts.emotions else "",
        emotions=_emotions(form, asked.space) if parts.emotions else {},
        scale=asked.scale.id if axes or trace else "",
        axes=axes,
        trace=trace,
        spent_ms=spent_ms,
        key=key,
    )


def _emotions(form: Form, space: Categories) -> dict[str, int | None]:
    chosen = dict.fromkeys(form.get("label", ()))
    if not chosen:
        raise BadInput(_("Choose at least one emotion, or say that you cannot tell"), where="label")
    return {
        space.checked(label, where="label"): _whole(form, f"intensity-{label}", 1, 100)
        for label in chosen
    }


def _axes(form: Form, scale: Dimensions) -> dict[str, int]:
    low, high = int(scale.low), int(scale.high)
    if any(_one(form, axis) in {"", "0"} for axis in scale.axes):
        raise BadInput(_("Set all three sliders: pleasant, excited, in control"), where="axes")
    return {axis: 1000 * _whole(form, axis, low, high) for axis in scale.axes}


def _trace(form: Form, scale: Dimensions) -> dict[str, list[list[int]]]:
    told = _one(form, "trace")
    if not told:
        return {}
    fault = BadInput(_("What was drawn cannot be read: clear it and draw again"), where="trace")
    if len(told) > LONGEST_TRACE:
        raise fault
    try:
        lines: Any = json.loads(told)
        found = {axis: [[int(t), int(v)] for t, v in line] for axis, line in lines.items() if line}
    except (ValueError, TypeError, AttributeError, OverflowError, RecursionError) as cause:
        raise fault from cause
    if any(axis not in scale.axes for axis in found):
        raise fault
    return found


def _whole(form: Form, name: str, low: int, high: int) -> int:
    told = _one(form, name)
    if not (told.isascii() and told.isdigit() and len(told) < 4 and low <= int(told) <= high):
        raise BadInput(f"{name[:60]} must be a whole number from {low} to {high}", where=name[:60])
    return int(told)


def _one(form: Form, name: str) -> str:
    values = form.get(name, ())
    return values[-1].strip() if values else ""
