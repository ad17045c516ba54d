"""An emotion space: the words, or the axes, in which somebody says what a take expresses.

A corpus keeps its own space. Nothing is renamed on the way in; what another space needs is asked
of a mapping (`yesand.affect.spaces.mapping`), which says what is lost.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from difflib import get_close_matches

from yesand.kernel.errors import BadInput


@dataclass(frozen=True)
class Categories:
    """A closed list of labels.

    Attributes
    ----------
    version : grows when a label is added, dropped or renamed.
    source : the paper that the labels are from.
    """

    name: str
    version: int
    title: str
    source: str
    note: str
    labels: tuple[str, ...]

    @property
    def id(self) -> str:
        """Name and version, e.g. ``crema-d@1``."""
        return f"{self.name}@{self.version}"

    def checked(self, label: str, *, where: str = "") -> str:
        """Return the label if the space has it.

        Raises
        ------
        BadInput : a label outside the space, with the nearest that is in it.
        """
        if label in self.labels:
            return label
        near = get_close_matches(label.lower(), self.labels, 1)
        meant = f"Did you mean {near[0]}? " if near else ""
        raise BadInput(
            f"{label[:40]!r} is no emotion of the space {self.id}",
            where=where,
            remedy=f"{meant}It has {', '.join(self.labels)}.",
        )


@dataclass(frozen=True)
class Dimensions:
    """Axes of one range.

    Attributes
    ----------
    low, high : the range of every axis.
    step : between two values that can be given; 0: any value.
    """

    name: str
    version: int
    title: str
    source: str
    note: str
    axes: tuple[str, ...]
    low: float
    high: float
    step: float

    @property
    def id(self) -> str:
        """Name and version, e.g. ``sam@1``."""
        return f"{self.name}@{self.version}"

    def checked(self, values: Mapping[str, float], *, where: str = "") -> dict[str, float]:
        """Return the values by axis, if each is one that the space has.

        Raises
        ------
        BadInput : an unknown axis, not a number, outside the range or between two steps.
        """
        for axis, value in values.items():
            if axis not in self.axes:
                raise BadInput(
                    f"{axis[:40]!r} is no axis of the space {self.id}",
                    where=where,
                    remedy=f"It has {', '.join(self.axes)}.",
                )
            if not self._holds(value):
                raise BadInput(
                    f"{axis} {value:g} lies outside the space {self.id}",
                    where=where,
                    remedy=self._range(),
                )
        return dict(values)

    def to_unit(self, value: float) -> float:
        """Return a value's place between −1 and 1."""
        return 2 * (value - self.low) / (self.high - self.low) - 1

    def from_unit(self, place: float) -> float:
        """Return the space's value nearest to a place between −1 and 1."""
        value = self.low + (place + 1) / 2 * (self.high - self.low)
        if self.step:
            value = self.low + round((value - self.low) / self.step) * self.step
        return min(max(value, self.low), self.high)

    def _holds(self, value: float) -> bool:
        if not (math.isfinite(value) and self.low <= value <= self.high):
            return False
        return not self.step or float((value - self.low) / self.step).is_integer()

    def _range(self) -> str:
        steps = f" in steps of {self.step:g}" if self.step else ""
        return f"Give a number from {self.low:g} to {self.high:g}{steps}."


Space = Categories | Dimensions
