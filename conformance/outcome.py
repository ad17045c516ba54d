"""How one outside suite went."""

from __future__ import annotations

from dataclasses import dataclass, field


@dataclass(frozen=True)
class Outcome:
    """What passed, of how many; one sentence for each that did not."""

    name: str
    passed: int
    total: int
    failures: list[str] = field(default_factory=list)

    @classmethod
    def of(cls, name: str, results: dict[str, str | None]) -> Outcome:
        """Sum up case → what was wrong (None: passed)."""
        wrong = [f"{case}: {fault}" for case, fault in results.items() if fault is not None]
        return cls(name, len(results) - len(wrong), len(results), wrong)

    def __str__(self) -> str:
        """Write it as ``odrl-test-suite 68/68``."""
        return f"{self.name} {self.passed}/{self.total}"
