"""What is evaluated: policies with their rules, requests, and the state of the world."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from enum import Enum

Value = str | int | float | Decimal | datetime


class Kind(Enum):
    """What a rule does."""

    PERMISSION = "permission"
    PROHIBITION = "prohibition"


class Operator(Enum):
    """How a constraint compares (ODRL Vocabulary 2.2 §3.16)."""

    EQ = "eq"
    NEQ = "neq"
    LT = "lt"
    LTEQ = "lteq"
    GT = "gt"
    GTEQ = "gteq"
    IS_ANY_OF = "isAnyOf"
    IS_NONE_OF = "isNoneOf"
    IS_ALL_OF = "isAllOf"
    IS_PART_OF = "isPartOf"


class Logic(Enum):
    """How a logical constraint joins its parts (ODRL Information Model 2.2 §2.5.2)."""

    AND = "and"
    OR = "or"
    XONE = "xone"
    AND_SEQUENCE = "andSequence"


@dataclass(frozen=True)
class Constraint:
    """A left operand compared with one or more values."""

    left: str
    operator: Operator
    right: frozenset[Value]


@dataclass(frozen=True)
class Joined:
    """Constraints joined by logic."""

    logic: Logic
    parts: tuple[Condition, ...]


Condition = Constraint | Joined


class DutyState(Enum):
    """How a duty stands; a duty of which nothing is known is not yet set."""

    NOT_SET = "NonSet"
    FULFILLED = "Fulfilled"
    VIOLATED = "Violated"


@dataclass(frozen=True)
class Rule:
    """A permission or prohibition; what it leaves out, it leaves open to anyone or anything."""

    uid: str
    kind: Kind
    action: str | None = None
    assignee: str | None = None
    target: str | None = None
    constraints: tuple[Condition, ...] = ()
    duties: tuple[str, ...] = ()


@dataclass(frozen=True)
class Policy:
    """Rules under one name."""

    uid: str
    rules: tuple[Rule, ...]


@dataclass(frozen=True)
class Ask:
    """What someone wants to do with something."""

    uid: str
    action: str
    assignee: str
    target: str


@dataclass(frozen=True)
class World:
    """What is known while a policy is evaluated.

    Attributes
    ----------
    now : the present moment (left operand ``dateTime``).
    part_of : party or asset → the collections that it is a part of.
    duties : a duty's identifier → how it stands.
    facts : any other left operand → its values. What is not here is unknown.
    """

    now: datetime
    part_of: Mapping[str, frozenset[str]] = field(default_factory=dict)
    duties: Mapping[str, DutyState] = field(default_factory=dict)
    facts: Mapping[str, frozenset[Value]] = field(default_factory=dict)
