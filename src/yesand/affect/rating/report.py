"""What taking in a file of ratings did, row by row."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any


@dataclass
class RatingReport:
    """The counts, and every row that could not be taken.

    Attributes
    ----------
    new, known : ratings that came in, and that were here before.
    bad : (row, reason) of each of the others.
    """

    file: str
    new: int = 0
    known: int = 0
    bad: list[tuple[int, str]] = field(default_factory=list)

    @property
    def total(self) -> int:
        """All rows."""
        return self.new + self.known + len(self.bad)

    def as_dict(self) -> dict[str, Any]:
        """Return the report for ``--json``."""
        return {
            "file": self.file,
            "total": self.total,
            "new": self.new,
            "known": self.known,
            "bad": [{"row": row, "reason": reason} for row, reason in self.bad],
        }
