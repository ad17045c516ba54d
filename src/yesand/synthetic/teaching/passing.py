"""To whom a synthetic take passes on what it adds.

A take with parents stands for its parents' performers, in equal parts: whoever lent prosody counts
as much as whose voice it is. That is a convention, and has no interval.

A take of a generator that learnt from everybody stands for all who performed its emotion: as the
generator itself relies on them, where that is measured (``fitted``), and else each by how many
takes. Nobody measured that, so that it may be all or nothing: the interval says so.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction

from yesand.training.made import BILLION, Passed


@dataclass(frozen=True)
class Voice:
    """Of a parent: who performed it, and what."""

    performer: str
    emotion: str


def by_parents(parents: Sequence[Voice]) -> tuple[Passed, ...]:
    """Return equal parts for a take's parents, put together by performer.

    >>> by_parents([Voice("ada", "joy"), Voice("ben", "joy")])[1]
    Passed(performer='ben', ppb=500000000, low=500000000, high=500000000)
    """
    counts = Counter(parent.performer for parent in parents)
    return tuple(Passed(who, ppb, ppb, ppb) for who, ppb in cut(counts))


def by_generator(takes: Iterable[Voice]) -> dict[str, tuple[Passed, ...]]:
    """Return emotion → parts, by the takes of it that the generator learnt from."""
    by_emotion: dict[str, Counter[str]] = {}
    for take in takes:
        by_emotion.setdefault(take.emotion, Counter())[take.performer] += 1
    return {
        emotion: tuple(Passed(who, ppb, 0, BILLION) for who, ppb in cut(counts))
        for emotion, counts in by_emotion.items()
    }


def cut(weights: Mapping[str, float]) -> list[tuple[str, int]]:
    """Cut 10⁹ by weights, by largest remainders; equal weights in the order of the names."""
    names = sorted(weights)
    whole = sum(Fraction(weights[who]) for who in names)
    exact = {who: Fraction(weights[who]) * BILLION / whole for who in names}
    parts = {who: int(each) for who, each in exact.items()}
    order = sorted(names, key=lambda who: (parts[who] - exact[who], who))
    for who in order[: BILLION - sum(parts.values())]:
        parts[who] += 1
    return [(who, parts[who]) for who in names]
