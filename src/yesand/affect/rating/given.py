"""One rating as a file or a page gives it, checked against the spaces that it names."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from yesand.affect.spaces import categories, dimensions
from yesand.kernel.errors import BadInput

MODALITIES = ("voice", "face", "both")
AXES = ("valence", "arousal", "dominance")
#: Of a take, in milliseconds; what a rater spends beyond a day is no rating.
_LONGEST = 86_400_000
MOST_POINTS = 20_000
MOST_KEY = 120
#: Of a whole number; Python refuses to read thousands of them.
_DIGITS = 18


@dataclass(frozen=True)
class Given:
    """A rating before it is a record.

    Attributes
    ----------
    take : the recording's SHA-256, or its file name.
    emotions : label → intensity 1 … 100, or none where no intensity was asked for.
    axes, trace : in thousandths of the scale's unit; a trace's times are in milliseconds.
    key : tells a rater's ratings apart; empty: one of each take, modality and space.
    """

    take: str
    rater: str
    modality: str = "voice"
    space: str = ""
    emotions: Mapping[str, int | None] = field(default_factory=dict)
    scale: str = ""
    axes: Mapping[str, int] = field(default_factory=dict)
    trace: Mapping[str, Sequence[Sequence[int]]] = field(default_factory=dict)
    spent_ms: int | None = None
    at: datetime | None = None
    key: str = ""

    def __post_init__(self) -> None:
        """Refuse what no rating says.

        Raises
        ------
        BadInput : a field missing or out of its range, a label or value outside its space.
        """
        if not self.take or not self.rater.strip():
            raise BadInput("A rating names a take and a rater")
        for name, text, most in (("rater", self.rater, 80), ("id", self.key, MOST_KEY)):
            if len(text) > most or not text.isprintable():
                raise BadInput(f"{name} must be at most {most} printable characters")
        modal(self.modality)
        if not (self.emotions or self.axes or self.trace):
            raise BadInput("The rating says nothing", remedy="Give emotions, axes or a trace.")
        if self.spent_ms is not None and not 0 <= self.spent_ms <= _LONGEST:
            raise BadInput("A rating takes between no time and a day")
        self._check_emotions()
        self._check_axes()

    def content(self, sha256: str) -> dict[str, Any]:
        """Return what the rating says of that take, as it is kept."""
        return {
            "axes": dict(self.axes),
            "emotions": dict(self.emotions),
            "modality": self.modality,
            "scale": self.scale,
            "space": self.space,
            "spent_ms": self.spent_ms,
            "take": sha256,
            "trace": {axis: [list(point) for point in line] for axis, line in self.trace.items()},
        }

    def named(self, sha256: str) -> str:
        """Return its key, or the one that follows from what was rated."""
        return self.key or f"{sha256[:16]}/{self.modality}/{self.space or self.scale}"

    def _check_emotions(self) -> None:
        if not self.emotions:
            return
        if not self.space:
            raise BadInput("Labels without a space", remedy="Name it, e.g. crema-d@1.")
        known = categories(self.space)
        for label, intensity in self.emotions.items():
            known.checked(label)
            if intensity is not None and not 1 <= intensity <= 100:
                raise BadInput(f"The intensity of {label} must lie between 1 and 100")
        if len({intensity is None for intensity in self.emotions.values()}) > 1:
            raise BadInput("Either all labels have an intensity or none has")

    def _check_axes(self) -> None:
        if not (self.axes or self.trace):
            return
        if not self.scale:
            raise BadInput("Values without a scale", remedy="Name it: sam@1 or vad@1.")
        known = dimensions(self.scale)
        known.checked({axis: value / 1000 for axis, value in self.axes.items()})
        for axis, line in self.trace.items():
            if not 1 <= len(line) <= MOST_POINTS:
                raise BadInput(f"A trace has from 1 to {MOST_POINTS:,} points")
            times = [point[0] for point in line]
            if any(b <= a for a, b in zip([-1, *times], times, strict=False)):
                raise BadInput("A trace's times must grow from point to point")
            for _, value in line:
                # Between two manikins a hand may rest; only the range holds.
                if axis not in known.axes or not known.low <= value / 1000 <= known.high:
                    raise BadInput(f"{axis[:40]} {value / 1000:g} lies outside {known.id}")


#: What a reader yields of a row: its number, what is kept of it if it is bad, and its rating.
Made = tuple[int, Any, Callable[[], Given]]


def shares(emotions: Mapping[str, int | None]) -> dict[str, float]:
    """Return the distribution that intensities stand for: each by their sum, or equal parts."""
    weights = {label: 1 if i is None else i for label, i in emotions.items()}
    whole = sum(weights.values())
    return {label: weight / whole for label, weight in weights.items()}


def modal(name: str) -> str:
    """Return a modality if there is one.

    Raises
    ------
    BadInput : there is none.
    """
    if name not in MODALITIES:
        raise BadInput(f"No modality {name[:40]!r}", remedy=f"Use {', '.join(MODALITIES)}.")
    return name


def spaced(name: str) -> str:
    """Return a space's full id, e.g. ``crema-d@1`` for ``crema-d``; nothing stays nothing.

    Raises
    ------
    NotFound : no such space of labels.
    """
    return categories(name).id if name.strip() else ""


def scaled(name: str) -> str:
    """Return a scale's full id, e.g. ``sam@1`` for ``sam``; nothing stays nothing.

    Raises
    ------
    NotFound : no such space of axes.
    """
    return dimensions(name).id if name.strip() else ""


def thousandths(value: Any, name: str) -> int:
    """Return a number in thousandths.

    Raises
    ------
    BadInput : no finite number.
    """
    try:
        return round(1000 * float(value))
    except (TypeError, ValueError, OverflowError) as fault:
        raise BadInput(f"{name} {str(value)[:40]!r} is not a number") from fault


def decimal(value: int) -> str:
    """Return thousandths as a decimal number without a digit lost, e.g. ``12345.678``."""
    return f"{value / 1000:.3f}".rstrip("0").rstrip(".")


def whole(text: str, name: str) -> int:
    """Return a number of digits alone.

    Raises
    ------
    BadInput : anything else, such as 80.9.
    """
    told = text.strip()
    if not (told.isascii() and told.isdigit() and len(told) <= _DIGITS):
        raise BadInput(f"{name} {told[:40]!r} is not a whole number")
    return int(told)
