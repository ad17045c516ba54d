"""Why a statement differs from the one before it: the difference in parts that add up. Pure.

The parts come in a fixed order, each with the others as they were after it: first what is used at
all, then its price, how much of it, and the share; each product is rounded as a line is, so that
the parts add up to the difference to the micro-unit. (Another order would give other parts: an
exact decomposition of a product always has one.)
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum

from yesand.kernel.money import part
from yesand.royalties.lines import BILLION, ON_TOP, Kind, Line
from yesand.royalties.statement import Statement


class Cause(StrEnum):
    """What made a difference, in the order in which it is asked."""

    DEPLOYMENTS = "deployments"  # in use now and not then, or the other way round
    PRICE = "price"
    QUANTITY = "quantity"
    SHARE = "share"
    LATE = "late"
    MINIMUM = "minimum"
    FEES = "fees"
    ADVANCE = "advance"
    CORRECTIONS = "corrections"
    TAKEN = "taken"  # deducted and held, less released


@dataclass(frozen=True)
class Change:
    """One cause, and what it made."""

    cause: Cause
    micro: int


_USED = frozenset({Kind.ROYALTY, Kind.NON_FEATURED})
_OTHER = {Kind.LATE: Cause.LATE, Kind.MINIMUM: Cause.MINIMUM, Kind.ADVANCE: Cause.ADVANCE}
#: What makes two lines be about the same use.
_SAME = "kind agreement licensee deployment model unit realtime".split()
_Use = tuple[object, ...]


def changes(before: Statement, after: Statement) -> tuple[Change, ...]:
    """Return what made the difference between what two months came to; causes of none left out.

    They add up to ``after.total − after.taken − (before.total − before.taken)``.
    """
    sums = Counter[Cause]()
    _of_use(sums, _uses(before), _uses(after))
    for issued, sign in ((before, -1), (after, 1)):
        for line in _own(issued.lines):
            if line.corrects is not None:
                sums[Cause.CORRECTIONS] += sign * line.micro
            elif line.kind not in _USED:
                sums[_OTHER.get(line.kind, Cause.FEES)] += sign * line.micro
        sums[Cause.TAKEN] -= sign * issued.taken_micro
    return tuple(Change(cause, sums[cause]) for cause in Cause if sums[cause])


def _own(lines: Iterable[Line]) -> list[Line]:
    return [line for line in lines if line.kind not in ON_TOP]


def _uses(issued: Statement) -> dict[_Use, list[Line]]:
    found: dict[_Use, list[Line]] = {}
    for line in _own(issued.lines):
        if line.kind in _USED and line.corrects is None:
            key = tuple(getattr(line, name) for name in _SAME)
            found.setdefault(key, []).append(line)
    return found


def _of_use(
    sums: Counter[Cause], before: dict[_Use, list[Line]], after: dict[_Use, list[Line]]
) -> None:
    for key in {**before, **after}:
        was, now = before.get(key, []), after.get(key, [])
        if len(was) == len(now) == 1:
            _one(sums, was[0], now[0])
        else:
            difference = sum(x.micro for x in now) - sum(x.micro for x in was)
            sums[Cause.DEPLOYMENTS] += difference


def _one(sums: Counter[Cause], was: Line, now: Line) -> None:
    """Go from the old line to the new one: the price first, then how much, then the share."""
    steps = [was.micro]
    share = was.share_ppb or 0
    priced = was.price_micro is not None and now.price_micro is not None
    at_new_price = (was.quantity or 0) * (now.price_micro or 0)
    # A part of revenue has no price of a unit: all but the share is how much was earned.
    steps.append(part(at_new_price, share, BILLION) if priced else was.micro)
    steps.append(part(now.pool_micro or 0, share, BILLION))
    steps.append(now.micro)
    for cause, one, other in zip(
        (Cause.PRICE, Cause.QUANTITY, Cause.SHARE), steps, steps[1:], strict=False
    ):
        sums[cause] += other - one
