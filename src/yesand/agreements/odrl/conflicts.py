"""Do two policies contradict each other: conflict, compatible, or not known, and by which rules.

A conflict: one permits what the other prohibits by name (ODRL Information Model 2.2 §2.6.4 leaves
open how it is found). It is only called one with a witness: a request that the evaluator permits
under the one and finds prohibited under the other. Compatible is only said where every permission
of either is shown to lie outside every prohibition of the other, or inside one of its own. All
else is unknown. Total, and symmetric: whoever is named first changes nothing.
"""

from __future__ import annotations

import random
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from enum import Enum
from itertools import islice, product

from yesand.agreements.odrl.actions import ODRL, wider
from yesand.agreements.odrl.asking import GEOGRAPHY, policy
from yesand.agreements.odrl.conditions import State
from yesand.agreements.odrl.document import document
from yesand.agreements.odrl.evaluate import evaluate, permitted
from yesand.agreements.odrl.limits import Fact, Limits, candidates
from yesand.agreements.odrl.parts import Frame
from yesand.agreements.odrl.policy import Ask, Kind, Policy, Rule, Value, World
from yesand.agreements.terms import Terms

#: Random witnesses tried for one pair of rules before it is called unknown.
MOST = 2_000
_NOW = datetime(2026, 1, 1, tzinfo=UTC)


class Verdict(Enum):
    """How two policies stand to each other."""

    CONFLICT = "conflict"
    UNKNOWN = "unknown"
    COMPATIBLE = "compatible"


@dataclass(frozen=True, order=True)
class Reason:
    """Two rules that meet, or may.

    Attributes
    ----------
    action : what the one permits and the other prohibits.
    facts : left operand → value of the witness; of what is unknown, the operands that are open.
    """

    permission: str
    prohibition: str
    action: str
    facts: tuple[tuple[str, str], ...] = ()

    def __str__(self) -> str:
        """Write it for people."""
        told = ", ".join(f"{_short(left)} {_short(value)}".strip() for left, value in self.facts)
        return (
            f"{_short(self.permission)} permits {_short(self.action)}, "
            f"{_short(self.prohibition)} prohibits it{f' ({told})' if told else ''}"
        )


@dataclass(frozen=True)
class Relation:
    """What became of comparing two policies."""

    verdict: Verdict
    reasons: tuple[Reason, ...] = field(default_factory=tuple)


def compare(
    one: Policy, other: Policy, part_of: Mapping[str, frozenset[str]] = GEOGRAPHY
) -> Relation:
    """Compare two policies.

    Parameters
    ----------
    part_of : what is known of parts and wholes, as in ``World``.
    """
    found = [*_between(one, other, part_of), *_between(other, one, part_of)]
    for verdict in (Verdict.CONFLICT, Verdict.UNKNOWN):
        reasons = sorted({reason for made, reason in found if made is verdict})
        if reasons:
            return Relation(verdict, tuple(reasons))
    return Relation(Verdict.COMPATIBLE)


def compare_terms(one: Terms, other: Terms) -> Relation:
    """Compare what two terms say of the same takes.

    >>> import yesand
    >>> terms = yesand.Terms(valid_from="2026-01-01")
    >>> compare_terms(terms, terms).verdict.value
    'compatible'
    """
    frame = Frame("urn:yes-and:compared", "urn:performer", "urn:producer", "urn:takes")
    return compare(policy(document(one, frame)), policy(document(other, frame)))


def _between(
    permitting: Policy, prohibiting: Policy, part_of: Mapping[str, frozenset[str]]
) -> Iterator[tuple[Verdict, Reason]]:
    for permission in _of(permitting, Kind.PERMISSION):
        for prohibition in _of(prohibiting, Kind.PROHIBITION):
            action = _shared(permission.action, prohibition.action)
            if action is not None:
                found = _meeting(permission, prohibition, permitting, prohibiting, part_of, action)
                yield from [found] if found else []


def _of(policy: Policy, kind: Kind) -> Iterator[Rule]:
    return (rule for rule in policy.rules if rule.kind is kind)


def _shared(permitted_: str | None, prohibited: str | None) -> str | None:
    """Return the narrower of two actions if one lies within the other."""
    if permitted_ is None or prohibited is None:
        return permitted_ or prohibited or ODRL + "use"
    if prohibited in wider(permitted_):
        return permitted_
    return prohibited if permitted_ in wider(prohibited) else None


def _meeting(
    permission: Rule,
    prohibition: Rule,
    permitting: Policy,
    prohibiting: Policy,
    part_of: Mapping[str, frozenset[str]],
    action: str,
) -> tuple[Verdict, Reason] | None:
    limits = Limits.of((*permission.constraints, *prohibition.constraints), part_of)
    parties = _parties(permission, prohibition, part_of)
    if limits.state is State.UNSATISFIED or parties is None:
        return None
    named = (permission.uid, prohibition.uid, action)
    if any(_covers(rule, limits, action, parties) for rule in _of(permitting, Kind.PROHIBITION)):
        return None
    spoken = [c for p in (permitting, prohibiting) for rule in p.rules for c in rule.constraints]
    for facts in _combined(candidates(limits, spoken)):
        if _witnessed(permitting, prohibition, action, parties, dict(facts), part_of):
            shown = tuple(sorted((left, _told(value)) for left, value in facts))
            return Verdict.CONFLICT, Reason(*named, shown)
    return Verdict.UNKNOWN, Reason(*named, tuple((left, "") for left in limits.open))


def _combined(choices: Sequence[Sequence[Fact]]) -> Iterator[tuple[Fact, ...]]:
    """Yield combinations to try: the first ones in order, then some of all, the same each time."""
    yield from islice(product(*choices), MOST // 4)
    chance = random.Random(0)
    if all(choices):
        yield from (tuple(map(chance.choice, choices)) for _ in range(MOST))


def _parties(
    permission: Rule, prohibition: Rule, part_of: Mapping[str, frozenset[str]]
) -> tuple[str, str] | None:
    """Return an assignee and a target that both rules are about; none, if there is none."""
    found = []
    for role in ("assignee", "target"):
        ours, theirs = getattr(permission, role), getattr(prohibition, role)
        name = ours or theirs or f"urn:anyone:{role}"
        if ours and theirs and ours != theirs:
            if theirs not in part_of.get(ours, ()) and ours not in part_of.get(theirs, ()):
                return None
            name = ours if theirs in part_of.get(ours, ()) else theirs
        found.append(str(name))
    return found[0], found[1]


def _covers(own: Rule, limits: Limits, action: str, parties: tuple[str, str]) -> bool:
    """Tell whether a policy's own prohibition holds wherever the limits do."""
    same = own.assignee in (None, parties[0]) and own.target in (None, parties[1])
    within = own.action is None or own.action in wider(action)
    return same and within and limits.imply(own.constraints)


def _witnessed(
    permitting: Policy,
    prohibition: Rule,
    action: str,
    parties: tuple[str, str],
    facts: Mapping[str, Value],
    part_of: Mapping[str, frozenset[str]],
) -> bool:
    now = facts.get(ODRL + "dateTime", _NOW)
    if not isinstance(now, datetime):
        return False
    world = World(now, part_of, {}, {left: frozenset({value}) for left, value in facts.items()})
    asked = Ask("urn:witness", action, *parties)
    against = evaluate(Policy("urn:one", (prohibition,)), asked, world)[0]
    surely = all(premise.state is State.SATISFIED for premise in against.premises)
    return surely and permitted(evaluate(permitting, asked, world))


def _told(value: Value) -> str:
    return value.isoformat() if isinstance(value, datetime) else str(value)


def _short(name: str) -> str:
    return name.rpartition("#")[2] if "#" in name else name.removeprefix(ODRL)
