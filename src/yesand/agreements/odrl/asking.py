"""A document made ready for the evaluator, and a request put to it in its own words."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from decimal import Decimal, InvalidOperation
from typing import Any

from yesand.agreements.clause import Request
from yesand.agreements.odrl.evaluate import evaluate, permitted
from yesand.agreements.odrl.names import (
    EVERYWHERE,
    INSIDE,
    OUTSIDE,
    licensee,
    named,
    place,
    whole,
)
from yesand.agreements.odrl.names import take as take_named
from yesand.agreements.odrl.parts import Frame
from yesand.agreements.odrl.policy import (
    Ask,
    Condition,
    Constraint,
    DutyState,
    Joined,
    Kind,
    Logic,
    Operator,
    Policy,
    Rule,
    Value,
    World,
)
from yesand.agreements.terms import TERRITORIES
from yesand.kernel.clock import instant
from yesand.kernel.errors import BadInput
from yesand.people.seats import INSIDE as SEATED_INSIDE

#: Every territory is a part of the world.
GEOGRAPHY = {whole(place(code)): frozenset({whole(EVERYWHERE)}) for code in TERRITORIES}
#: When, after which suspension and why a rule was made narrows it in nothing.
_MADE = frozenset({"dct:issued", "dct:source", "ya:cause"})
_IN_RULE = _MADE | set("uid @type assigner assignee target action constraint duty".split())
_IN_CONSTRAINT = frozenset("uid leftOperand operator rightOperand unit".split())


def policy(told: Mapping[str, Any]) -> Policy:
    """Return a document's permissions and prohibitions for the evaluator.

    Raises
    ------
    BadInput : a rule or constraint has a part that is not evaluated: passed over, it would make a
        permission wider.
    """
    rules = [_rule(part, kind) for kind in Kind for part in _many(told.get(kind.value, []))]
    return Policy(str(told.get("uid")), tuple(rules))


def ask(request: Request, frame: Frame) -> Ask:
    """Return what a request wants to do with what the frame is about."""
    return Ask(
        f"{frame.uid}#asked",
        whole(named(request.action)),
        licensee(request.licensee),
        frame.target,
    )


def world(
    request: Request,
    frame: Frame,
    *,
    strike: bool = False,
    take: str = "",
    duties: Mapping[str, DutyState] | None = None,
) -> World:
    """Return the state of the world as a request tells it.

    Which take it is about is not known unless it is told (its SHA-256).

    A licensee acts under the agreement's assignee, inside the house or outside of it. That a
    performer has agreed to a single use is not known, so where it is needed nothing is permitted.
    """
    asker = licensee(request.licensee)
    side = INSIDE if request.licensee in SEATED_INSIDE else OUTSIDE
    facts: dict[str, frozenset[Value]] = {
        "purpose": _one(whole(named(request.purpose))),
        "ya:use": _one(whole(named(request.use_class))),
        "ya:channel": _one(whole(named(request.modality))),
        "ya:form": _one(whole(named(request.material))),
        "spatial": _one(whole(place(request.territory))),
        "recipient": _one(asker),
        "ya:commercial": _one(request.commercial),
        "ya:strike": _one(strike),
        **({"ya:take": _one(take_named(take))} if take else {}),
    }
    return World(
        request.at,
        {**GEOGRAPHY, asker: frozenset({whole(frame.assignee), whole(side)})},
        dict(duties or {}),
        {whole(left): values for left, values in facts.items()},
    )


def permits(
    told: Mapping[str, Any],
    request: Request,
    frame: Frame,
    *,
    strike: bool = False,
    take: str = "",
) -> bool:
    """Tell whether a document permits a request, by the rules of ODRL alone."""
    made = world(request, frame, strike=strike, take=take)
    return permitted(evaluate(policy(told), ask(request, frame), made))


def _one(value: Value) -> frozenset[Value]:
    return frozenset({value})


def _rule(part: Any, kind: Kind) -> Rule:
    _closed(part, _IN_RULE)
    conditions = tuple(map(_condition, _many(part.get("constraint", []))))
    duties = tuple(map(str, _many(part.get("duty", []))))
    action, assignee, target = (part.get(key) for key in ("action", "assignee", "target"))
    return Rule(
        str(part.get("uid")),
        kind,
        whole(action) if action else None,
        whole(assignee) if assignee else None,
        whole(target) if target else None,
        conditions,
        duties,
    )


def _condition(part: Any) -> Condition:
    for logic in Logic:
        if isinstance(part, dict) and logic.value in part:
            _closed(part, frozenset({"uid", "@type", "dct:issued", logic.value}))
            return Joined(logic, tuple(map(_condition, _many(part[logic.value]))))
    _closed(part, _IN_CONSTRAINT)
    try:
        left, operator = whole(part["leftOperand"]), Operator(part["operator"])
    except (KeyError, ValueError, AttributeError) as fault:
        raise BadInput(f"A constraint that cannot be read: {fault}", where="ODRL") from fault
    return Constraint(left, operator, frozenset(_values(part.get("rightOperand"))))


def _values(right: Any) -> Iterator[Value]:
    for value in _many(right):
        if isinstance(value, dict):
            yield _value(value)
        elif isinstance(value, str | int | float):
            yield value


def _value(part: Mapping[str, Any]) -> Value:
    if "@id" in part:
        return whole(str(part["@id"]))
    text, kind = str(part.get("@value")), part.get("@type")
    try:
        if kind == "xsd:decimal":
            return Decimal(text)
    except InvalidOperation as fault:
        raise BadInput(f"{text!r} is no number", where="rightOperand") from fault
    return instant(text) if kind == "xsd:dateTime" else text


def _closed(part: Any, known: frozenset[str]) -> None:
    if not isinstance(part, dict):
        raise BadInput("A rule or constraint is no object", where="ODRL")
    unknown = sorted(set(part) - known)
    if unknown:
        raise BadInput(f"Not evaluated here: {', '.join(unknown)}", where=str(part.get("uid", "")))


def _many(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [value]
