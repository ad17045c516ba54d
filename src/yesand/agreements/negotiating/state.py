"""What an agreement is at present: in force, or why it is not."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime
from enum import StrEnum

from yesand.agreements.decision import Withdrawn
from yesand.agreements.terms import Terms


class State(StrEnum):
    """Where an agreement is on its way."""

    AMENDED = "amended"  # another follows it
    WITHDRAWN = "withdrawn"  # whole
    EXPIRED = "expired"
    SUSPENDED = "suspended"
    NARROWED = "narrowed"  # withdrawn in part
    NOT_BEGUN = "not begun"
    IN_FORCE = "in force"


def state(
    terms: Terms,
    now: datetime,
    *,
    followed: bool = False,
    withdrawals: Sequence[Withdrawn] = (),
    suspended: bool = False,
) -> State:
    """Return what an agreement is: the first of these that is so, in the order of ``State``."""
    day = now.astimezone(UTC).date()
    whole = any(_whole(each) for each in withdrawals)
    reasons = {
        State.AMENDED: followed,
        State.WITHDRAWN: whole,
        State.EXPIRED: terms.valid_until is not None and day > terms.valid_until,
        State.SUSPENDED: suspended,
        State.NARROWED: bool(withdrawals),
        State.NOT_BEGUN: day < terms.valid_from,
        State.IN_FORCE: True,
    }
    return next(each for each in State if reasons[each])


def _whole(taken: Withdrawn) -> bool:
    return taken == Withdrawn(taken.at)
