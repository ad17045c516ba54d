"""Five deciders that share no rule answer alike: words, bits, columns, ODRL and Cedar.

``decide`` explains; ``compiled`` and the gate are fast; ODRL is what outsiders are handed; Cedar is
another team's engine. All of them express everything that terms and withdrawals say.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import UTC, date, datetime
from typing import Any
from zoneinfo import ZoneInfo

import cedarpy
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from strategies_of_terms import (
    TAKES,
    approvals,
    approving,
    fitting,
    requests,
    suspensions,
    terms,
    withdrawals,
)
from yesand.agreements.approval import Approved
from yesand.agreements.compiled import Ask, Rule, permits
from yesand.agreements.decision import FITS, Request, Withdrawn, decide, outside
from yesand.agreements.odrl import asking
from yesand.agreements.odrl.document import document
from yesand.agreements.odrl.evaluate import evaluate, permitted
from yesand.agreements.odrl.parts import Frame
from yesand.agreements.odrl.policy import DutyState
from yesand.agreements.standing import Standing
from yesand.agreements.statute import EEA
from yesand.agreements.suspending.suspension import Cause, Suspended
from yesand.agreements.templates import standard
from yesand.agreements.terms import WORLD, Terms
from yesand.agreements.vocabulary import Modality, Purpose, UseClass
from yesand.corpus.gate import STATES, Columns
from yesand.corpus.gate import evaluate as through_gate

FRAME = Frame.of("a" * 64, "b" * 64, "c" * 64)
START = date(2026, 1, 1)
ASKED = Request(
    "acme",
    Purpose.RESEARCH,
    UseClass.RECOGNITION,
    datetime(2026, 10, 1, tzinfo=UTC),
    territory="DE",
)
NAMES = ("use_classes", "purposes", "modalities", "materials", "territories")
#: Written against the terms as a licensee would write them in Cedar, from the words alone.
PERMIT = """
permit (principal, action, resource) when {
  resource.use_classes.contains(context.use_class) &&
  resource.purposes.contains(context.purpose) &&
  resource.modalities.contains(context.modality) &&
  resource.materials.contains(context.material) &&
  (resource.territories.contains(context.territory) || resource.territories.contains("*")) &&
  (resource.commercial || !context.commercial) &&
  context.day >= resource.valid_from && context.day <= resource.valid_until &&
  context.day < resource.majority_on &&
  (action != Action::"train" || context.day <= resource.train_until) &&
  context.fits
};
forbid (principal, action, resource) when { resource.banned.contains(context.purpose) };
forbid (principal, action, resource) when { resource.approval.contains(context.use_class) }
  unless { LEAVE };
forbid (principal, action, resource) when {
  context.use_class == "replica" && resource.use_classes.containsAny(OTHERS)
};
forbid (principal, action, resource) when { resource.suspended && context.strike };
forbid (principal, action, resource) when { resource.trial && context.outside };
forbid (principal, action, resource) when {
  ["recognition", "evaluation"].contains(context.use_class) &&
  ["workplace", "education"].contains(context.purpose) && context.eea
};
"""
NARROWED = {"purposes": "purpose", "use_classes": "use_class", "modalities": "modality"}


def _forbid(withdrawn: Withdrawn) -> str:
    limits = [
        f"{json.dumps(sorted(map(str, getattr(withdrawn, plural))))}.contains(context.{single})"
        for plural, single in NARROWED.items()
        if getattr(withdrawn, plural)
    ]
    if withdrawn.licensees:
        limits.append(f"{json.dumps(sorted(withdrawn.licensees))}.contains(context.licensee)")
    if withdrawn.takes:
        limits.append(f"{json.dumps(sorted(withdrawn.takes))}.contains(context.take)")
    return f"forbid (principal, action, resource) when {{ {' && '.join(limits) or 'true'} }};"


def _hold(suspended: Suspended) -> str:
    every = Withdrawn(suspended.at, suspended.purposes, suspended.use_classes)
    rule = _forbid(replace(every, licensees=suspended.licensees))
    on = "resource.suspended" if suspended.cause == Cause.STRIKE else "true"
    return rule.replace("when {", f"when {{ {on} &&")


def _leave(approved: Approved) -> str:
    return (
        f'(context.licensee == "{approved.licensee}" && context.purpose == "{approved.purpose}" && '
        f'context.use_class == "{approved.use_class}" && '
        f"context.day <= {approved.until.toordinal()})"
    )


def by_cedar(
    of: Terms,
    request: Request,
    taken: Sequence[Withdrawn],
    strike: bool,
    take: str,
    leave: Sequence[Approved],
    held: Sequence[Suspended],
) -> bool:
    last = (of.valid_until or of.valid_from.max).toordinal()
    training = (of.train_until or of.valid_from.max).toordinal()
    resource = {
        **{name: sorted(map(str, getattr(of, name))) for name in NAMES},
        "banned": sorted(of.banned_purposes),
        "approval": sorted(of.approval_per_use),
        "commercial": of.commercial,
        "suspended": of.suspended_in_strike,
        "trial": of.trial,
        "valid_from": of.valid_from.toordinal(),
        "valid_until": last,
        "train_until": training,
        "majority_on": (of.majority_on or of.valid_from.max).toordinal(),
    }
    context = {
        **{name: str(getattr(request, name)) for name in (*NARROWED.values(), "material")},
        "territory": request.territory,
        "take": take,
        "licensee": request.licensee,
        "commercial": request.commercial,
        "strike": strike,
        "outside": outside(request),
        "eea": request.territory in EEA or request.territory == WORLD,
        "fits": request.use_class in FITS[request.action],
        "day": request.at.astimezone(ZoneInfo(of.zone)).date().toordinal(),
    }
    entity = {"uid": {"type": "Terms", "id": "t"}, "attrs": resource, "parents": []}
    asked: dict[str, Any] = {
        "principal": 'Licensee::"x"',
        "action": f'Action::"{request.action}"',
        "resource": 'Terms::"t"',
        "context": context,
    }
    others = json.dumps(sorted(u for u in UseClass if u != UseClass.REPLICA))
    policies = PERMIT.replace("LEAVE", " || ".join(map(_leave, leave)) or "false")
    policies = policies.replace("OTHERS", others) + "\n".join(
        [*map(_forbid, taken), *map(_hold, held)]
    )
    answer = cedarpy.is_authorized(asked, policies, [entity])
    assert not answer.diagnostics.errors
    return bool(answer.allowed)


def by_gate(
    of: Terms,
    request: Request,
    taken: Sequence[Withdrawn],
    strike: bool,
    take: str,
    leave: Sequence[Approved],
    held: Sequence[Suspended],
) -> bool:
    one = np.zeros(1, np.int64)
    modality = np.array([list(Modality).index(request.modality)])
    accepted = np.array([STATES.index("accepted")])
    columns = Columns(one, one, accepted, modality, ("a",), [take])
    standing = Standing("a", of, of.digest, tuple(taken), tuple(leave), tuple(held))
    return bool(through_gate(columns, {"a": standing}, request, strike=strike).permit[0])


def by_odrl(
    of: Terms,
    request: Request,
    taken: Sequence[Withdrawn],
    strike: bool,
    take: str,
    leave: Sequence[Approved],
    held: Sequence[Suspended],
) -> bool:
    told = json.loads(json.dumps(document(of, FRAME, taken, leave, held)))
    return asking.permits(told, request, FRAME, strike=strike, take=take)


def answers(
    of: Terms,
    request: Request,
    taken: Sequence[Withdrawn],
    strike: bool,
    take: str = TAKES[0],
    leave: Sequence[Approved] = (),
    held: Sequence[Suspended] = (),
) -> dict[str, bool]:
    """Ask all five; of a take of the face, a video, all but the gate are asked of both channels."""
    rule, gone = Rule.of(of), tuple(taken)
    besides = {"approvals": tuple(leave), "suspensions": tuple(held)}
    both = [request]
    if request.modality == Modality.FACE:
        both.append(replace(request, modality=Modality.VOICE))
    rest = (taken, strike, take, leave, held)
    told: dict[str, Callable[[Request], bool]] = {
        "decide": lambda r: decide(of, r, gone, strike=strike, take=take, **besides).permit,
        "compiled": lambda r: permits(rule, Ask.of(r, strike=strike), gone, take, **besides),
        "odrl": lambda r: by_odrl(of, r, *rest),
        "cedar": lambda r: by_cedar(of, r, *rest),
    }
    one_by_one = {name: all(asks(r) for r in both) for name, asks in told.items()}
    return {**one_by_one, "gate": by_gate(of, request, *rest)}


@settings(max_examples=300)
@given(
    terms(),
    requests,
    st.lists(withdrawals, max_size=2),
    st.booleans(),
    st.lists(approvals, max_size=2),
)
def test_all_five_deciders_agree_on_any_terms(
    of: Terms, request: Request, taken: list[Withdrawn], strike: bool, leave: list[Approved]
) -> None:
    assert len(set(answers(of, request, taken, strike, leave=leave).values())) == 1


@settings(max_examples=200)
@given(requests, terms(), st.data())
def test_all_five_deciders_agree_on_leave_for_a_single_use(
    request: Request, other: Terms, data: Any
) -> None:
    """Where the performer must be asked, and has agreed: to this, to something near, for a time."""
    asking = {"approval_per_use": frozenset({request.use_class}), "zone": other.zone}
    near = data.draw(st.sampled_from([{}, {"use_classes": frozenset(UseClass), "version": 1}]))
    days = {name: getattr(other, name) for name in ("valid_from", "valid_until", "train_until")}
    of = fitting(request).model_copy(update={**asking, **near, **days})
    leave = data.draw(st.lists(approving(request) | approvals, max_size=2))
    found = answers(of, request, (), False, leave=leave)
    assert len(set(found.values())) == 1, found


@settings(max_examples=200)
@given(requests, st.booleans(), st.lists(suspensions(), max_size=2))
def test_all_five_deciders_agree_on_what_is_suspended(
    request: Request, through: bool, held: list[Suspended]
) -> None:
    of = fitting(request).model_copy(update={"suspended_in_strike": not through})
    found = answers(of, request, (), False, held=held)
    assert len(set(found.values())) == 1, found


_DAYS = ("valid_from", "valid_until", "train_until")
_OF_AGE = ("minor", "majority_on", "represented_by")
#: What terms of form 1 could say, and those of form 2 cannot.
_OTHERWISE = {"use_classes", "described_use", *_DAYS}
#: Fields that hold or do not hold together.
_TOGETHER = {name: group for group in (_DAYS, _OF_AGE) for name in group} | {
    "purposes": ("banned_purposes",)
}


@settings(max_examples=300)
@given(requests, terms(), st.lists(withdrawals, max_size=1), st.booleans(), st.data())
def test_all_five_deciders_agree_near_the_edge(
    request: Request, other: Terms, taken: list[Withdrawn], strike: bool, data: Any
) -> None:
    """Terms that name all that is asked for, but for one field, are where deciders would differ."""
    near = dict(fitting(request))
    changed = data.draw(st.sampled_from(sorted(near)))
    near |= {name: getattr(other, name) for name in _TOGETHER.get(changed, (changed,))}
    if changed in {"purposes", "banned_purposes"}:
        near["purposes"] = fitting(request).purposes - other.banned_purposes
    if near["version"] == 1 or (other.version == 1 and changed in _OTHERWISE):
        near |= {"version": 1, "described_use": ""}
    if changed in _OF_AGE:
        near["valid_from"] = min(near["valid_from"], other.valid_from)
    found = answers(Terms.model_validate(near), request, taken, strike)
    assert len(set(found.values())) == 1, found


@given(requests)
def test_what_fits_is_permitted_by_all_unless_the_law_or_the_action_forbids(
    request: Request,
) -> None:
    found = answers(fitting(request), request, (), False)
    assert len(set(found.values())) == 1, found


@pytest.mark.parametrize("state", [DutyState.VIOLATED, DutyState.FULFILLED, DutyState.NOT_SET])
def test_a_permission_ends_while_the_pay_for_its_use_is_withheld(state: DutyState) -> None:
    of = standard("recognition", START).terms
    told = document(of, FRAME)
    duty = told["permission"][0]["duty"][0]
    world = asking.world(ASKED, FRAME, duties={duty: state})
    reports = evaluate(asking.policy(told), asking.ask(ASKED, FRAME), world)
    assert permitted(reports) is (state is not DutyState.VIOLATED)
