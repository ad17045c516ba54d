"""What an import did, row by row."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any


class Outcome(StrEnum):
    """What became of one row. Every row has exactly one."""

    IMPORTED = "imported"
    KNOWN = "known"  # imported before: nothing changed
    REJECTED = "rejected"  # kept, and never used: a quality finding rejects it
    DISPUTED = "disputed"  # kept, and not used: two performers give the same content
    FAULT = "fault"  # not taken: unreadable, damaged, unnamed, or given twice


@dataclass(frozen=True)
class ReportedRow:
    """A row that did not simply go in, and why."""

    path: str
    outcome: Outcome
    reason: str


@dataclass
class ImportReport:
    """The counts of an import, and the rows that somebody should look at."""

    corpus: str
    layout: str
    counts: Counter[Outcome] = field(default_factory=Counter)
    rows: list[ReportedRow] = field(default_factory=list)
    performers: int = 0
    duration_ms: int = 0
    #: Of the faults, those whose own credential keeps them out.
    barred: int = 0

    def add(self, path: str, outcome: Outcome, reason: str = "") -> None:
        """Count one row, and keep it if there is something to say."""
        self.counts[outcome] += 1
        if reason:
            self.rows.append(ReportedRow(path, outcome, reason))

    def retract(self, path: str, outcome: Outcome | None) -> None:
        """Take back what was said of a row, if anything was."""
        if outcome is not None:
            self.counts[outcome] -= 1
            self.rows = [r for r in self.rows if (r.path, r.outcome) != (path, outcome)]

    @property
    def imported(self) -> int:
        """New takes, accepted."""
        return self.counts[Outcome.IMPORTED]

    @property
    def known(self) -> int:
        """Takes that were here before."""
        return self.counts[Outcome.KNOWN]

    @property
    def rejected(self) -> int:
        """New takes that a quality finding rejects."""
        return self.counts[Outcome.REJECTED]

    @property
    def disputed(self) -> int:
        """New takes whose content another performer gave, too."""
        return self.counts[Outcome.DISPUTED]

    @property
    def faults(self) -> int:
        """Rows that could not be taken."""
        return self.counts[Outcome.FAULT]

    @property
    def total(self) -> int:
        """All rows."""
        return self.counts.total()

    def as_dict(self) -> dict[str, Any]:
        """Return the report for ``--json``."""
        return {
            "corpus": self.corpus,
            "layout": self.layout,
            "performers": self.performers,
            "total": self.total,
            **{outcome.value: self.counts[outcome] for outcome in Outcome},
            "barred": self.barred,
            "duration_ms": self.duration_ms,
            "rows": [
                {"path": r.path, "outcome": r.outcome.value, "reason": r.reason} for r in self.rows
            ],
        }
