"""Whose share fell from one report to the next, and what the two reports themselves say of why.

Nothing is guessed: a reason is told only where both reports bear it out. Where none does, that is
what is told.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from yesand.reliance.drift import distance
from yesand.reliance.shares import BILLION

REPLACED, WITHDRAWN, FEWER = "replaced", "withdrawn", "fewer"
JOINED, MOVED, METHOD, UNKNOWN = "joined", "moved", "method", "unknown"
Reason = tuple[str, dict[str, Any]]
#: An emotion whose part of the usage moved by less is not worth a word.
_WORTH = BILLION // 100


@dataclass(frozen=True)
class Told:
    """What one report says.

    Attributes
    ----------
    shares : handle → share_ppb, low_ppb, high_ppb, and emotions where takes were told apart.
    takes : handle → how many takes the model learned from.
    mix : emotion → parts per billion of what was asked; empty where the report does not say.
    """

    model: str
    method: str
    shares: Mapping[str, Mapping[str, Any]]
    takes: Mapping[str, int] = field(default_factory=dict)
    mix: Mapping[str, int] = field(default_factory=dict)


def fallen(before: Told, after: Told) -> list[str]:
    """Return whose share is lower beyond both intervals, or gone, in the handles' order."""
    return [handle for handle in sorted(before.shares) if _fell(before, after, handle)]


def _fell(before: Told, after: Told, handle: str) -> bool:
    was, now = before.shares[handle], after.shares.get(handle)
    if now is None or not now["share_ppb"]:
        return bool(was["low_ppb"] > 0)
    return bool(now["high_ppb"] < was["low_ppb"])


def reasons(before: Told, after: Told, handle: str, withdrew: bool = False) -> list[Reason]:
    """Return why a performer's share fell, as far as the two reports say.

    Parameters
    ----------
    withdrew : the performer took permission back between the two.
    """
    found: list[Reason] = []
    if before.model != after.model:
        found.append((REPLACED, {"before": before.model, "after": after.model}))
    found += _takes(before, after, handle, withdrew)
    found += _joined(before, after)
    found += _moved(before, after, handle)
    if before.method != after.method:
        found.append((METHOD, {"before": before.method, "after": after.method}))
    return found or [(UNKNOWN, {})]


def _takes(before: Told, after: Told, handle: str, withdrew: bool) -> list[Reason]:
    gone = before.takes.get(handle, 0) - after.takes.get(handle, 0)
    if gone <= 0:
        return []
    return [(WITHDRAWN if withdrew else FEWER, {"takes": gone})]


def _joined(before: Told, after: Told) -> list[Reason]:
    new = sorted(set(after.shares) - set(before.shares))
    part = sum(after.shares[handle]["share_ppb"] for handle in new)
    return [(JOINED, {"performers": len(new), "share_ppb": part})] if part else []


def _moved(before: Told, after: Told, handle: str) -> list[Reason]:
    if not before.mix or not after.mix or distance(before.mix, after.mix) < _WORTH:
        return []
    rise = {e: after.mix.get(e, 0) - before.mix.get(e, 0) for e in {*before.mix, *after.mix}}
    more = sorted((e for e in rise if rise[e] >= _WORTH), key=lambda e: (-rise[e], e))
    less = sorted((e for e in rise if rise[e] <= -_WORTH), key=lambda e: (rise[e], e))
    brought = after.shares.get(handle, {}).get("emotions") or {}
    # A performer's takes of an emotion always leave a trace; none means that there are none.
    never = [e for e in more if e in brought and not brought[e]]
    return [(MOVED, {"more": more, "less": less, "never": never})] if more or less else []
