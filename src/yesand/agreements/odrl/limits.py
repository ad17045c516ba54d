"""What a set of constraints leaves open, operand by operand, and values to try in it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from decimal import Decimal

from yesand.agreements.odrl.actions import ODRL, YA
from yesand.agreements.odrl.conditions import State, every, state
from yesand.agreements.odrl.policy import (
    Condition,
    Constraint,
    Joined,
    Logic,
    Operator,
    Value,
    World,
)

#: Operands of which a request has exactly one value; of any other there may be several at once.
_SINGLE = ("purpose", "dateTime", "spatial", "recipient")
_ORDERED = {Operator.LT, Operator.LTEQ, Operator.GT, Operator.GTEQ}
_NOW = datetime(2026, 1, 1, tzinfo=UTC)
#: A value that nobody names.
OTHER = "urn:any:other"
Fact = tuple[str, Value]


@dataclass(frozen=True)
class Limits:
    """Constraints that must hold together.

    Attributes
    ----------
    simple : left operand → its constraints.
    joined : what is joined by other logic than *and*.
    state : whether they can hold together; unknown, if that cannot be told.
    """

    simple: Mapping[str, tuple[Constraint, ...]]
    joined: tuple[Joined, ...]
    part_of: Mapping[str, frozenset[str]]
    state: State

    @classmethod
    def of(cls, conditions: Iterable[Condition], part_of: Mapping[str, frozenset[str]]) -> Limits:
        """Sort conditions by what they are about."""
        simple: dict[str, tuple[Constraint, ...]] = {}
        joined: list[Joined] = []
        for part in _flat(conditions):
            if isinstance(part, Constraint):
                simple[part.left] = (*simple.get(part.left, ()), part)
            else:
                joined.append(part)
        found = cls(simple, tuple(joined), part_of, State.UNKNOWN)
        return cls(simple, tuple(joined), part_of, every(map(found._possible, simple)))

    @property
    def open(self) -> tuple[str, ...]:
        """The left operands that are spoken of."""
        inner = {c.left for part in self.joined for c in _leaves(part)}
        return tuple(sorted(inner | set(self.simple)))

    def values(self, left: str) -> list[Value]:
        """Return the values named for an operand that its constraints allow."""
        tried = _tried(left, [*self.simple.get(left, ()), *self._inner(left)])
        return [v for v in tried if self._holds(left, v, self.simple.get(left, ()))]

    def imply(self, conditions: Iterable[Condition]) -> bool:
        """Tell whether conditions hold wherever these limits do; if in doubt, no."""
        return all(
            isinstance(part, Constraint) and self._implies(part) for part in _flat(conditions)
        )

    def _implies(self, wanted: Constraint) -> bool:
        mine = self.simple.get(wanted.left, ())
        if wanted in mine:
            return True
        # Only where all that is allowed is listed can every case be looked at.
        closed = [c.right for c in mine if c.operator in (Operator.EQ, Operator.IS_ANY_OF)]
        if not closed or not _single(wanted.left):
            return False
        allowed = [v for v in closed[0] if self._holds(wanted.left, v, mine)]
        return all(self._holds(wanted.left, v, (wanted,)) for v in allowed)

    def _inner(self, left: str) -> Iterator[Constraint]:
        return (c for part in self.joined for c in _leaves(part) if c.left == left)

    def _possible(self, left: str) -> State:
        if self.values(left):
            return State.SATISFIED
        parts = self.simple[left]
        if not _single(left) or not all(c.right for c in parts):
            return State.UNKNOWN
        # Every value that could do was looked at: those listed, or moments at every edge.
        listed = any(c.operator in (Operator.EQ, Operator.IS_ANY_OF) for c in parts)
        edges = left == ODRL + "dateTime" and all(c.operator in _ORDERED for c in parts)
        return State.of(False) if listed or edges or self._places(parts) else State.UNKNOWN

    def _places(self, parts: Iterable[Constraint]) -> bool:
        """Tell whether all that is named is a whole with known parts: places of our profile."""
        wholes = {whole for wholes in self.part_of.values() for whole in wholes}
        known = {*self.part_of, *wholes}
        return all(c.operator is Operator.IS_PART_OF and c.right <= known for c in parts)

    def _holds(self, left: str, value: Value, parts: Iterable[Constraint]) -> bool:
        now = value if isinstance(value, datetime) else _NOW
        if left == ODRL + "dateTime" and not isinstance(value, datetime):
            return False
        world = World(now, self.part_of, {}, {left: frozenset({value})})
        return all(state(part, world) is State.SATISFIED for part in parts)


def candidates(limits: Limits, beside: Iterable[Condition]) -> list[list[Fact]]:
    """Return, for each operand, the facts worth trying: those that the limits allow, and of what
    only other rules speak, first what none of them names.
    """
    others: dict[str, list[Constraint]] = {}
    for part in beside:
        for leaf in _leaves(part):
            if leaf.left not in limits.open:
                others.setdefault(leaf.left, []).append(leaf)
    mine = {left: limits.values(left) for left in limits.open}
    theirs = {left: list(reversed(_tried(left, parts))) for left, parts in others.items()}
    found = {**mine, **theirs}
    return [[(left, value) for value in found[left]] for left in sorted(found)]


def _flat(conditions: Iterable[Condition]) -> Iterator[Condition]:
    for part in conditions:
        if isinstance(part, Joined) and part.logic in (Logic.AND, Logic.AND_SEQUENCE):
            yield from _flat(part.parts)
        else:
            yield part


def _leaves(part: Condition) -> Iterator[Constraint]:
    if isinstance(part, Constraint):
        yield part
    else:
        for inner in part.parts:
            yield from _leaves(inner)


def _single(left: str) -> bool:
    return left.startswith(YA) or left in {ODRL + name for name in _SINGLE}


def _tried(left: str, parts: Iterable[Constraint]) -> list[Value]:
    named = sorted({v for part in parts for v in part.right}, key=lambda v: (str(type(v)), str(v)))
    beside = [near for value in named for near in _near(value)]
    other: list[Value] = [_NOW] if left == ODRL + "dateTime" else [OTHER]
    return list(dict.fromkeys([*named, *beside, *other]))


def _near(value: Value) -> list[Value]:
    if isinstance(value, bool):
        return [not value]
    try:
        if isinstance(value, datetime):
            step = timedelta(microseconds=1)
            return [value - step, value + step]
        if isinstance(value, int | float | Decimal):
            return [value - 1, value + 1]
    except (OverflowError, ArithmeticError):
        pass
    return []
