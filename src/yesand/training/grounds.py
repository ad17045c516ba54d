"""On what grounds a model was trained: the facts of its manifest that its card repeats."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from typing import Any


@dataclass(frozen=True)
class Grounds:
    """What a model is bound to.

    Attributes
    ----------
    manifest : digest of the signed manifest.
    house, log_size : the log that holds it, and its position there.
    request : licensee, purpose, use class, territory, … that the gate permitted.
    agreements : kind of agreement (individual, licence, trial) → how many of them.
    sources : public corpora among the takes, each with its licence.
    trial : some terms stand in for consent that nobody gave.
    synthetic : takes made by code, not by a person.
    names : performer → what outsiders may call them. masks : performer → the pseudonym that
        exports use, too. Neither is a part of what a card repeats.
    """

    manifest: str
    house: str
    log_size: int
    request: Mapping[str, Any]
    agreements: Mapping[str, int]
    sources: tuple[Mapping[str, Any], ...] = ()
    trial: bool = False
    synthetic: int = 0
    names: Mapping[str, str] = field(default_factory=dict)
    masks: Mapping[str, str] = field(default_factory=dict)

    def as_json(self) -> dict[str, Any]:
        """Return plain JSON."""
        plain = asdict(self)
        del plain["names"], plain["masks"]
        return {**plain, "request": dict(self.request), "sources": [dict(s) for s in self.sources]}
