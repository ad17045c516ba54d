"""The event stream of one answer (WHATWG HTML § 9.2, ``text/event-stream``)."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass

_ID = re.compile(r"(\d{1,6})\.(\d{1,9})\Z")


@dataclass(frozen=True, order=True)
class Position:
    """How far an answer was read: which attempt, and the number of its last chunk."""

    attempt: int = 0
    number: int = 0

    @classmethod
    def parse(cls, text: str) -> Position:
        """Read what a browser says it has; nonsense is the beginning."""
        found = _ID.match(text or "")
        return cls(int(found[1]), int(found[2])) if found else cls()

    def __str__(self) -> str:
        """Write it as an event's id."""
        return f"{self.attempt}.{self.number}"


def event(name: str, position: Position, **data: object) -> str:
    """Return one event."""
    return f"id: {position}\nevent: {name}\ndata: {json.dumps(data, ensure_ascii=False)}\n\n"
