"""What the gate answers: what it let through and why not the rest, or what it would."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Any

from yesand.agreements.change import Change
from yesand.agreements.decision import Clause, Decision
from yesand.corpus.manifest import SignedManifest


@dataclass(frozen=True)
class GateResult:
    """What the gate let through, and why the rest stayed out."""

    manifest: SignedManifest
    #: (decision, takes that it was made on), the denials.
    denials: tuple[tuple[Decision, int], ...]
    #: False: the same request over the same state gave this manifest before.
    new: bool

    @property
    def permitted(self) -> int:
        """How many takes were let through."""
        return len(self.manifest.takes)

    @property
    def denied(self) -> int:
        """How many takes stayed out."""
        return len(self.manifest.denied)

    def as_dict(self) -> dict[str, Any]:
        """Return it for ``--json``: counts, the manifest's digest and every denial's clauses."""
        return {
            "manifest": self.manifest.digest,
            "new": self.new,
            "permitted": self.permitted,
            "denied": self.denied,
            "performers": len(self._performers),
            "trial": self.manifest.trial,
            "log_size": self.manifest.log_size,
            "denials": [
                {"takes": takes, "clauses": [asdict(clause) for clause in decision.clauses]}
                for decision, takes in self.denials
            ],
        }

    def lines(self) -> list[str]:
        """Return it for people."""
        trial = " TRIAL: for this house only." if self.manifest.trial else ""
        told = [
            f"{self.permitted:,} takes of {len(self._performers):,} performers permitted, "
            f"{self.denied:,} denied.{trial}"
        ]
        for decision, takes in self.denials:
            told.append(f"{takes:,} denied: {'; '.join(map(str, decision.clauses))}.")
        again = "" if self.new else ", the same as before"
        return [*told, f"Manifest {self.manifest.digest[:16]} at log size {self._size}{again}."]

    @property
    def _performers(self) -> set[str]:
        return {take.performer for take in self.manifest.takes}

    @property
    def _size(self) -> str:
        return f"{self.manifest.log_size:,}"


@dataclass(frozen=True)
class Rehearsal:
    """What the gate would say of a request now; nothing was signed.

    Attributes
    ----------
    clauses : (clause, takes that it keeps out), those of most takes first.
    changes : what would change each of them, in the same order.
    trial : some of what would be permitted stands on trial terms.
    """

    permitted: int
    denied: int
    performers: int
    duration_ms: int
    clauses: tuple[tuple[Clause, int], ...]
    changes: tuple[Change, ...]
    trial: bool

    def told(self) -> list[tuple[Clause, str, int]]:
        """Return each clause with what would change it and the takes that it keeps out."""
        told = zip(self.clauses, self.changes, strict=True)
        return [(clause, change.sentence, takes) for (clause, takes), change in told]
