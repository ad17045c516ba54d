"""The hand that signs for a party, as it is named in what is signed.

Whoever signs, the party's own key does: a performer's, or the producer's. The hand says in which
capacity a person used it, and a delegate's by which delegation (the digest of it that is in the
log), so that the right to sign can be proven later. No person is named.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

PERFORMER, PRODUCER = "performer", "producer"
#: Nobody's: a word lapsed because its time passed.
TIME = "time"
#: In which capacity a person may sign, in plain words.
CAPACITIES = {
    PERFORMER: "the performer themself",
    PRODUCER: "the producer",
    "agent": "the performer's agent",
    "union": "the performer's union",
    "guardian": "the performer's parent or guardian",
    TIME: "nobody: its time had passed",
}


@dataclass(frozen=True)
class Hand:
    """Who signs for a party.

    Attributes
    ----------
    party : ``performer`` or ``producer``. key : that party's public key (hex).
    capacity : one of ``CAPACITIES``. delegation : the digest of the right to act, of a delegate.
    """

    party: str
    capacity: str
    key: str
    delegation: str | None = None

    def as_json(self) -> dict[str, Any]:
        """Return it as it is signed."""
        return {
            "capacity": self.capacity,
            "delegation": self.delegation,
            "key": self.key,
            "party": self.party,
        }


def in_words(told: Mapping[str, Any]) -> str:
    """Say by whose hand a party signed, as told in what was signed."""
    capacity = str(told.get("capacity"))
    by = f" (delegation {str(told['delegation'])[:12]})" if told.get("delegation") else ""
    return f"for the {told.get('party')}: {CAPACITIES.get(capacity, capacity)}{by}"
