"""What a statement's evidence bundle proves, in figures and in words."""

from __future__ import annotations

from dataclasses import dataclass

from yesand.kernel.money import Money
from yesand.provenance.evidence import Check


@dataclass(frozen=True)
class Verdict:
    """What a bundle proves. There is one only if everything holds."""

    statement: str
    performer: str
    period: str
    total: Money
    payable: Money
    carried: Money
    contributions: Money
    line_count: int
    origin: str
    trial: bool
    synthetic: bool
    checks: tuple[Check, ...]

    def lines(self) -> list[str]:
        """Say it for people: every check that holds, and the conclusion last."""
        mark = " SYNTHETIC" if self.synthetic else ""
        mark += " TRIAL: nobody is owed this." if self.trial else ""
        return [
            *(f"{check.name}: {check.detail}" for check in self.checks),
            f"{self.performer} is owed {self.total} for {self.period} "
            f"({self.line_count} lines, recomputed), as {self.origin} has signed.{mark}",
        ]
