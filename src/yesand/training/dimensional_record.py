"""What a run's record says of valence, arousal and dominance; pages ask it without a model."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

#: It is found under this name.
NAME = "dimensions"
#: Its parts.
PARTS = ("by_take", "over_time")


def renamed(told: Mapping[str, Any], names: Mapping[str, str]) -> dict[str, Any]:
    """Return a record with other names for its performers, where there are any."""
    return {
        **told,
        **{what: {a: _renamed(one, names) for a, one in told[what].items()} for what in PARTS},
    }


def _renamed(one: Mapping[str, Any], names: Mapping[str, str]) -> dict[str, Any]:
    if "none" in one:
        return dict(one)
    people, worst = one["performers"], one["worst_performer"]
    return {
        **one,
        "performers": dict(sorted((names.get(who, who), score) for who, score in people.items())),
        "worst_performer": worst
        and {**worst, "performer": names.get(who := worst["performer"], who)},
    }


def reads(told: Mapping[str, Any] | None) -> bool:
    """Tell whether a record, or a card, has a read-out of any axis."""
    parts = [(told or {}).get(what, {}) for what in PARTS]
    return any("none" not in one for part in parts for one in part.values())
