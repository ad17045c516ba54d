"""Whether a constraint holds: yes, no, or not known (Kleene's strong three-valued logic)."""

from __future__ import annotations

from collections.abc import Iterable, Set
from enum import Enum
from operator import ge, gt, le, lt

from yesand.agreements.odrl.actions import ODRL
from yesand.agreements.odrl.policy import (
    Condition,
    Constraint,
    Logic,
    Operator,
    Value,
    World,
)


class State(Enum):
    """Whether a premise is satisfied."""

    SATISFIED = "Satisfied"
    UNSATISFIED = "Unsatisfied"
    UNKNOWN = "Unknown"

    @classmethod
    def of(cls, holds: bool) -> State:
        """Return the state of a premise of which everything is known."""
        return cls.SATISFIED if holds else cls.UNSATISFIED


_ORDER = {Operator.LT: lt, Operator.LTEQ: le, Operator.GT: gt, Operator.GTEQ: ge}


def state(condition: Condition, world: World) -> State:
    """Return whether a condition holds in a world."""
    if isinstance(condition, Constraint):
        return _compared(condition, world)
    parts = [state(part, world) for part in condition.parts]
    if condition.logic is Logic.OR:
        return _any(parts)
    if condition.logic is Logic.XONE:
        return _exactly_one(parts)
    return every(parts)


def every(parts: Iterable[State]) -> State:
    """Return whether all parts hold: one that does not decides, one unknown leaves it open."""
    found = set(parts)
    for decisive in (State.UNSATISFIED, State.UNKNOWN):
        if decisive in found:
            return decisive
    return State.SATISFIED


def _any(parts: list[State]) -> State:
    for decisive in (State.SATISFIED, State.UNKNOWN):
        if decisive in parts:
            return decisive
    return State.UNSATISFIED


def _exactly_one(parts: list[State]) -> State:
    if parts.count(State.SATISFIED) > 1:
        return State.UNSATISFIED
    return State.UNKNOWN if State.UNKNOWN in parts else State.of(State.SATISFIED in parts)


def collections(thing: str, world: World) -> frozenset[str]:
    """Return a thing and everything that it is a part of, however far."""
    found, new = {thing}, [thing]
    while new:
        further = world.part_of.get(new.pop(), frozenset()) - found
        found |= further
        new += further
    return frozenset(found)


def _compared(constraint: Constraint, world: World) -> State:
    left: frozenset[Value] = world.facts.get(constraint.left, frozenset())
    if constraint.left == ODRL + "dateTime":
        left = frozenset({world.now})
    if not left or not constraint.right:
        return State.UNKNOWN
    if constraint.operator in _ORDER:
        return _ordered(constraint.operator, left, constraint.right)
    return State.of(_related(constraint.operator, left, constraint.right, world))


def _ordered(operator: Operator, left: Set[Value], right: Set[Value]) -> State:
    if len(left) != 1 or len(right) != 1:
        return State.UNKNOWN
    ours, theirs = next(iter(left)), next(iter(right))
    if isinstance(ours, str) or isinstance(theirs, str):  # names have no order
        return State.UNKNOWN
    try:
        return State.of(bool(_ORDER[operator](ours, theirs)))
    except TypeError:  # a moment and a number
        return State.UNKNOWN


def _related(operator: Operator, left: Set[Value], right: Set[Value], world: World) -> bool:
    match operator:
        case Operator.EQ:
            return left == right
        case Operator.NEQ:
            return left != right
        case Operator.IS_ANY_OF:
            return bool(left & right)
        case Operator.IS_NONE_OF:
            return not left & right
        case Operator.IS_ALL_OF:
            return left >= right
        case _:
            wholes = [collections(v, world) if isinstance(v, str) else {v} for v in left]
            return all(whole & right for whole in wholes)
