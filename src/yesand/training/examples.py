"""What a training run is given: takes as examples, and how to train on them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from importlib.metadata import version
from pathlib import Path
from typing import Any

import yesand
from yesand.affect.learning import Recipe
from yesand.affect.voice_model import Shape
from yesand.kernel.errors import BadInput
from yesand.takes.copies.finding import Copy
from yesand.training.targeting.heard import ACTED, Perceived, checked


@dataclass(frozen=True)
class Example:
    """One take: its content, where it lies, who performed it, what was acted, and heard."""

    path: Path
    sha256: str
    performer: str
    emotion: str
    duration_ms: int
    heard: Perceived | None = None


@dataclass(frozen=True)
class Settings:
    """How to train: the recipe, the model's shape, and what takes are taught as.

    Attributes
    ----------
    targets : what takes are taught as.
    dimensions : whether valence, arousal and dominance are read out, where enough is rated.
    """

    recipe: Recipe = field(default_factory=Recipe)
    shape: Shape = field(default_factory=Shape)
    targets: str = field(default=ACTED, kw_only=True)
    dimensions: bool = field(default=True, kw_only=True)

    def as_json(self) -> dict[str, Any]:
        """Return plain JSON; settings that ask for nothing else are told as ever."""
        less: dict[str, Any] = {} if self.dimensions else {"dimensions": False}
        soft = {} if self.targets == ACTED else {"targets": self.targets}
        told = {"recipe": self.recipe.as_json(), "shape": self.shape.as_json()}
        return {**told, **less, **soft}

    @classmethod
    def parse(cls, told: Mapping[str, Any]) -> Settings:
        """Read them back.

        Raises
        ------
        BadInput : not a network's settings.
        """
        try:
            recipe, shape = Recipe(**told["recipe"]), Shape.parse(told["shape"])
            targets = checked(told.get("targets", ACTED))
            dimensions = bool(told.get("dimensions", True))
            return cls(recipe, shape, targets=targets, dimensions=dimensions)
        except (KeyError, TypeError) as fault:
            raise BadInput(f"Not the settings of a network: {fault}") from fault


def versions() -> dict[str, str]:
    """Return the versions that a run depends on."""
    return {"yesand": yesand.__version__, **{n: version(n) for n in ("numpy", "torch")}}


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
