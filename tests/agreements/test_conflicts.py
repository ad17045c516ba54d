"""Two policies: conflict with a witness, compatible for sure, or honestly not known."""

from __future__ import annotations

from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from strategies_of_terms import requests, terms
from yesand.agreements.clause import Request
from yesand.agreements.decision import decide
from yesand.agreements.odrl.actions import INCLUDED_IN, ODRL, YA
from yesand.agreements.odrl.conflicts import Verdict, compare, compare_terms
from yesand.agreements.odrl.policy import (
    Constraint,
    Joined,
    Kind,
    Logic,
    Operator,
    Policy,
    Rule,
)
from yesand.agreements.templates import STANDARDS, standard
from yesand.agreements.terms import Terms
from yesand.agreements.vocabulary import Material, Modality, Purpose, UseClass

WIDE = Terms(
    use_classes=frozenset(UseClass) - {UseClass.REPLICA},
    purposes=frozenset(Purpose) - {Purpose.POLITICAL, Purpose.ADULT},
    modalities=frozenset(Modality),
    materials=frozenset(Material),
    territories=frozenset({"*"}),
    commercial=True,
    valid_from=date(2026, 1, 1),
)
NAMED = {"banned_purposes", "suspended_in_strike", "trial", "statute"}
NEVER = datetime.max.replace(tzinfo=UTC)
names = st.sampled_from(["urn:a", "urn:b", "urn:c"])
VALUES = st.one_of(
    names,
    st.booleans(),
    st.integers(-2, 2),
    st.sampled_from(
        [Decimal("0.5"), datetime(1, 1, 1, tzinfo=UTC), datetime.max.replace(tzinfo=UTC)]
    ),
)
LEFTS = st.sampled_from([ODRL + "purpose", ODRL + "dateTime", ODRL + "count", YA + "use"])
constraints = st.builds(
    Constraint, LEFTS, st.sampled_from(Operator), st.frozensets(VALUES, max_size=2)
)
conditions = constraints | st.builds(
    Joined, st.sampled_from(Logic), st.lists(constraints, max_size=2).map(tuple)
)
rules = st.builds(
    Rule,
    uid=names,
    kind=st.sampled_from(Kind),
    action=st.none() | st.sampled_from(sorted(INCLUDED_IN)),
    assignee=st.none() | names,
    target=st.none() | names,
    constraints=st.lists(conditions, max_size=2).map(tuple),
)
policies = st.builds(Policy, st.just("urn:p"), st.lists(rules, max_size=3).map(tuple))


def changed(**fields: Any) -> Terms:
    return Terms.model_validate({**dict(WIDE), **fields})


@settings(deadline=None, max_examples=60)
@given(policies, policies)
def test_any_two_policies_get_an_answer_and_the_same_from_either_side(
    one: Policy, other: Policy
) -> None:
    assert compare(one, other) == compare(other, one)


@settings(deadline=None, max_examples=60)
@given(policies)
def test_a_policy_never_conflicts_with_itself(one: Policy) -> None:
    assert compare(one, one).verdict is not Verdict.CONFLICT


@settings(deadline=None, max_examples=60)
@given(terms(), terms(), st.lists(requests, min_size=3, max_size=3), st.booleans())
def test_compatible_terms_never_prohibit_by_name_what_the_other_permits(
    one: Terms, other: Terms, asked: list[Request], strike: bool
) -> None:
    relation = compare_terms(one, other)
    assert relation == compare_terms(other, one)
    if relation.verdict is not Verdict.COMPATIBLE:
        return
    for request in asked:
        mine, theirs = (decide(t, request, strike=strike) for t in (one, other))
        for permit, denied in ((mine, theirs), (theirs, mine)):
            named = {clause.term for clause in denied.clauses} & NAMED
            assert not (permit.permit and named)


@pytest.mark.parametrize("name", STANDARDS)
@pytest.mark.parametrize("beside", STANDARDS)
def test_the_standard_agreements_are_compatible_with_each_other(name: str, beside: str) -> None:
    start = date(2026, 1, 1)
    relation = compare_terms(standard(name, start).terms, standard(beside, start).terms)
    assert relation.verdict is Verdict.COMPATIBLE


def test_a_purpose_that_one_bans_and_the_other_permits_is_a_conflict_with_its_witness() -> None:
    other = changed(purposes={Purpose.HEALTH}, banned_purposes={Purpose.ADVERTISING})
    relation = compare_terms(WIDE, other)
    assert relation.verdict is Verdict.CONFLICT
    assert all("banned prohibits it" in str(reason) for reason in relation.reasons)
    assert any("purpose purpose-advertising" in str(reason) for reason in relation.reasons)
    assert {reason.action for reason in relation.reasons} == {
        YA + action for action in ("train", "evaluate", "export", "synthesise")
    }


def test_what_is_merely_not_named_is_no_conflict() -> None:
    assert compare_terms(WIDE, changed(purposes={Purpose.HEALTH})).verdict is Verdict.COMPATIBLE


def test_terms_that_go_on_through_a_strike_conflict_with_those_that_do_not() -> None:
    relation = compare_terms(WIDE, changed(suspended_in_strike=False))
    assert relation.verdict is Verdict.CONFLICT
    assert any("strike True" in str(reason) for reason in relation.reasons)


def test_a_ban_that_both_share_is_no_conflict() -> None:
    assert compare_terms(WIDE, WIDE).verdict is Verdict.COMPATIBLE


def test_what_hangs_on_an_operand_that_may_have_several_values_is_unknown() -> None:
    def one(kind: Kind, value: str) -> Policy:
        limit = Constraint(ODRL + "industry", Operator.IS_ANY_OF, frozenset({value}))
        return Policy("urn:p", (Rule("urn:r", kind, ODRL + "use", constraints=(limit,)),))

    relation = compare(one(Kind.PERMISSION, "urn:film"), one(Kind.PROHIBITION, "urn:games"))
    assert relation.verdict is Verdict.UNKNOWN
    assert "industry" in str(relation.reasons[0])
