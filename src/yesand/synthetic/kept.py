"""A synthetic take that was looked at and nothing is wrong with, before any record names it."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

from yesand.synthetic.making.generator import Made
from yesand.takes.copies.landmarks import Landmarks


@dataclass(frozen=True)
class Kept:
    """A take that lies in the scratch folder, whole and checked."""

    made: Made
    path: Path
    sha256: str
    marks: Landmarks

    def as_json(self) -> dict[str, Any]:
        """Return what is signed of it, whenever it is made."""
        return {
            "duration_ms": round(1000 * len(self.made.samples) / self.made.rate),
            "emotion": self.made.emotion,
            "note": dict(self.made.note),
            "parents": list(self.made.parents),
            "place": self.made.place,
            "rate": self.made.rate,
            "seed": str(self.made.seed),
            "sha256": self.sha256,
        }
