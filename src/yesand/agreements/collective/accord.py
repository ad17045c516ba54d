"""A collective agreement as it is signed, and whom it covers."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from yesand.agreements.collective.floor import Floor
from yesand.agreements.terms import Terms
from yesand.agreements.vocabulary import UseClass
from yesand.kernel.errors import BadInput

PAYLOAD_TYPE = "application/vnd.yes-and.collective-agreement+json"
MEMBERSHIP = "application/vnd.yes-and.membership+json"
LONGEST_TITLE = 200


@dataclass(frozen=True)
class Accord:
    """What a union and a producer agree on for everybody whom it covers.

    Attributes
    ----------
    use_classes : it covers terms that license any of these; empty: all terms.
    everyone : it covers every performer here, and not the union's members alone.
    begins, ends : its first and last day (UTC), for terms that are offered or signed on them.
    """

    title: str
    floor: Floor
    begins: date
    ends: date | None = None
    use_classes: frozenset[UseClass] = frozenset()
    everyone: bool = False

    @classmethod
    def parse(cls, told: Mapping[str, Any], *, where: str = "collective agreement") -> Accord:
        """Read it.

        Raises
        ------
        BadInput : what is wrong.
        """
        title = " ".join(str(told.get("title", "")).split())
        if not 0 < len(title) <= LONGEST_TITLE:
            raise BadInput(f"A title has 1 to {LONGEST_TITLE} characters", where=where)
        floor = Floor.parse(told.get("floor"), where=where)
        try:
            begins = _day(told["begins"])
            ends = _day(told["ends"]) if told.get("ends") else None
            uses = frozenset(map(UseClass, told.get("use_classes", ())))
        except (KeyError, ValueError, TypeError) as fault:
            raise BadInput(f"A day or use class that is none: {fault}", where=where) from fault
        if ends is not None and ends < begins:
            raise BadInput("It would end before it begins", where=where)
        return cls(title, floor, begins, ends, uses, bool(told.get("everyone", False)))

    def as_json(self) -> dict[str, Any]:
        """Return its words as they are signed."""
        return {
            "begins": self.begins.isoformat(),
            "ends": self.ends.isoformat() if self.ends else None,
            "everyone": self.everyone,
            "floor": self.floor.as_json(),
            "title": self.title,
            "use_classes": sorted(map(str, self.use_classes)),
        }

    def payload(self, union: str, producer: str, before: str | None, at: str) -> dict[str, Any]:
        """Return what both sign. Parties are named by their public keys (hex).

        Parameters
        ----------
        before : the collective agreement that it follows, by its digest.
        """
        return {
            **self.as_json(),
            "at": at,
            "producer": producer,
            "supersedes": before,
            "union": union,
        }

    def on(self, day: date) -> bool:
        """Tell whether a day is one of its days."""
        return self.begins <= day and (self.ends is None or day <= self.ends)

    def covers(self, terms: Terms, *, member: bool) -> bool:
        """Tell whether it covers terms for a member of the union, or for somebody who is none."""
        return (member or self.everyone) and (
            not self.use_classes or bool(self.use_classes & terms.use_classes)
        )


def _day(value: Any) -> date:
    return value if isinstance(value, date) else date.fromisoformat(str(value))
