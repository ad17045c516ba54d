"""A synthetic take that was looked at and nothing is wrong with, before any record names it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Self

from yesand.synthetic.making.generator import Made
from yesand.takes.copies.landmarks import Landmarks


@dataclass(frozen=True)
class Kept:
    """A take that lies in the scratch folder, whole and checked; its samples lie there alone.

    Attributes
    ----------
    rate : in Hz. duration_ms : in milliseconds. The rest as in `Made`.
    """

    place: str
    emotion: str
    seed: int
    parents: tuple[str, ...]
    note: Mapping[str, Any]
    rate: int
    duration_ms: int
    path: Path
    sha256: str
    marks: Landmarks

    @classmethod
    def of(cls, made: Made, path: Path, sha256: str, marks: Landmarks) -> Self:
        """Return what is kept of a take whose samples are written: a run may make many."""
        return cls(
            place=made.place,
            emotion=made.emotion,
            seed=made.seed,
            parents=made.parents,
            note=made.note,
            rate=made.rate,
            duration_ms=round(1000 * len(made.samples) / made.rate),
            path=path,
            sha256=sha256,
            marks=marks,
        )

    def as_json(self) -> dict[str, Any]:
        """Return what is signed of it, whenever it is made."""
        return {
            "duration_ms": self.duration_ms,
            "emotion": self.emotion,
            "note": dict(self.note),
            "parents": list(self.parents),
            "place": self.place,
            "rate": self.rate,
            "seed": str(self.seed),
            "sha256": self.sha256,
        }
