"""What meetings are for: how long each may last, whom it needs, and who may ask whom."""

from __future__ import annotations

from collections.abc import Collection

from yesand.kernel.errors import BadInput
from yesand.people.frame import AUDITOR, LICENSEE, PERFORMER, PRODUCER, RATER

PERFORMANCE, TALK, RATING = KINDS = ("performance", "talk", "rating")

#: Minutes that each kind may last, until a person says otherwise for themselves.
LENGTHS = {PERFORMANCE: (60, 90, 120, 180), TALK: (15, 30, 60), RATING: (30, 60, 120)}
LONGEST = 12 * 60

#: Whom a kind needs.
NEEDS = {PERFORMANCE: PERFORMER, RATING: RATER}

#: Whom each role may ask to a meeting. Performers learn of each other only where they meet.
MAY_ASK = {
    PRODUCER: frozenset({PRODUCER, PERFORMER, RATER, LICENSEE, AUDITOR}),
    PERFORMER: frozenset({PRODUCER}),
    RATER: frozenset({PRODUCER}),
    LICENSEE: frozenset({PRODUCER}),
}


def offered(mine: Collection[str]) -> tuple[str, ...]:
    """Return the kinds that someone in these roles can book.

    A producer books everything, whoever performs or rates that too, and anybody a talk.
    """
    return tuple(k for k in KINDS if k == TALK or {PRODUCER, NEEDS[k]} & set(mine))


def may_ask(mine: Collection[str]) -> frozenset[str]:
    """Return the roles of the people whom someone in these roles may ask to a meeting."""
    return frozenset[str]().union(*(MAY_ASK.get(role, frozenset()) for role in mine))


def common_lengths(kind: str, told: Collection[dict[str, list[int]]]) -> list[int]:
    """Return the minutes of that kind that suit everybody; who said nothing takes the usual."""
    suits = set(range(5, LONGEST + 1, 5))
    said = [set(one[kind]) for one in told if one.get(kind)]
    for some in said or [set(LENGTHS[kind])]:
        suits &= some
    return sorted(suits)


def checked(kind: str) -> str:
    """Return the kind, if it is one.

    Raises
    ------
    BadInput : not a kind.
    """
    if kind not in KINDS:
        raise BadInput(f"No kind of meeting is called {kind[:40]!r}", remedy=f"Use {_either()}.")
    return kind


def _either() -> str:
    return f"{', '.join(KINDS[:-1])} or {KINDS[-1]}"
