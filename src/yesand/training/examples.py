"""What a training run is given: takes as examples, and how to train on them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from yesand.affect.learning import Recipe
from yesand.affect.voice_model import Shape
from yesand.kernel.errors import BadInput
from yesand.takes.copies.finding import Copy


@dataclass(frozen=True)
class Example:
    """One take: its content, where it lies, who performed it and what was acted."""

    path: Path
    sha256: str
    performer: str
    emotion: str
    duration_ms: int


@dataclass(frozen=True)
class Settings:
    """How to train: the recipe and the model's shape.

    Attributes
    ----------
    dimensions : whether valence, arousal and dominance are read out, where enough is rated.
    """

    recipe: Recipe = field(default_factory=Recipe)
    shape: Shape = field(default_factory=Shape)
    dimensions: bool = field(default=True, kw_only=True)

    def as_json(self) -> dict[str, Any]:
        """Return plain JSON; settings that ask for nothing else are told as ever."""
        less = {} if self.dimensions else {"dimensions": False}
        return {"recipe": self.recipe.as_json(), "shape": self.shape.as_json(), **less}

    @classmethod
    def parse(cls, told: Mapping[str, Any]) -> Settings:
        """Read them back.

        Raises
        ------
        BadInput : not a network's settings.
        """
        try:
            made = cls(Recipe(**told["recipe"]), Shape.parse(told["shape"]))
            return replace(made, dimensions=bool(told.get("dimensions", True)))
        except (KeyError, TypeError) as fault:
            raise BadInput(f"Not the settings of a network: {fault}") from fault


def check(examples: Sequence[Example]) -> tuple[str, ...]:
    """Return the emotions, in order, of examples that a model can be trained and scored on.

    Raises
    ------
    BadInput : fewer than two emotions, or a take twice.
    """
    emotions = sorted({example.emotion for example in examples})
    if len(emotions) < 2:
        raise BadInput("Nothing to tell apart: the takes hold fewer than two emotions")
    if len({example.sha256 for example in examples}) < len(examples):
        raise BadInput("The same take is given twice")
    return tuple(emotions)


def leave_out(
    examples: Sequence[Example], copies: Sequence[Copy]
) -> tuple[list[Example], list[Example]]:
    """Return the examples without those that are copies, and the copies."""
    copied = {copy.take for copy in copies}
    kept = [example for example in examples if example.sha256 not in copied]
    return kept, [example for example in examples if example.sha256 in copied]
