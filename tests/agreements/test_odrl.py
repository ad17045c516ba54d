"""ODRL evaluation beyond the outside suite, whose constraints are all about time."""

from __future__ import annotations

import itertools
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from yesand.agreements.odrl.actions import INCLUDED_IN, ODRL, wider
from yesand.agreements.odrl.conditions import State, collections, state
from yesand.agreements.odrl.evaluate import evaluate, permitted
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

NOW = datetime(2026, 10, 1, tzinfo=UTC)
READ = Ask("ask", ODRL + "read", "alice", "take")
PURPOSE, SPATIAL = ODRL + "purpose", ODRL + "spatial"
WORLD = World(
    NOW,
    part_of={"DE": frozenset({"EU"}), "EU": frozenset({"world"}), "take": frozenset({"corpus"})},
    facts={PURPOSE: frozenset({"research"}), SPATIAL: frozenset({"DE"})},
)


def about(left: str, operator: Operator, *right: Value) -> Constraint:
    return Constraint(left, operator, frozenset(right))


def decided(*rules: Rule, ask: Ask = READ, world: World = WORLD) -> bool:
    return permitted(evaluate(Policy("policy", rules), ask, world))


@pytest.mark.parametrize(
    ("constraint", "expected"),
    [
        (about(PURPOSE, Operator.EQ, "research"), State.SATISFIED),
        (about(PURPOSE, Operator.EQ, "advertising"), State.UNSATISFIED),
        (about(PURPOSE, Operator.NEQ, "advertising"), State.SATISFIED),
        (about(PURPOSE, Operator.IS_ANY_OF, "research", "art"), State.SATISFIED),
        (about(PURPOSE, Operator.IS_NONE_OF, "research", "art"), State.UNSATISFIED),
        (about(PURPOSE, Operator.IS_ALL_OF, "research", "art"), State.UNSATISFIED),
        (about(PURPOSE, Operator.LT, "research"), State.UNKNOWN),
        (about(SPATIAL, Operator.IS_PART_OF, "world"), State.SATISFIED),
        (about(SPATIAL, Operator.IS_PART_OF, "US"), State.UNSATISFIED),
        (about(ODRL + "dateTime", Operator.LTEQ, NOW), State.SATISFIED),
        (about(ODRL + "dateTime", Operator.GT, NOW + timedelta(1)), State.UNSATISFIED),
        (about(ODRL + "dateTime", Operator.GT, "yesterday"), State.UNKNOWN),
        (about(ODRL + "dateTime", Operator.GT, 3), State.UNKNOWN),
        (about(ODRL + "industry", Operator.NEQ, "arms"), State.UNKNOWN),
    ],
)
def test_each_operator_says_yes_no_or_not_known(constraint: Constraint, expected: State) -> None:
    assert state(constraint, WORLD) is expected


def test_what_is_unknown_denies_whichever_way_the_rule_points() -> None:
    unknown = (about(ODRL + "industry", Operator.EQ, "film"),)
    anything = Rule("all", Kind.PERMISSION)
    assert decided(anything)
    assert not decided(replace(anything, constraints=unknown))
    assert not decided(anything, Rule("ban", Kind.PROHIBITION, constraints=unknown))


def test_no_rule_is_no_permission() -> None:
    assert not decided()


@pytest.mark.parametrize("standing", list(DutyState))
def test_a_violated_duty_ends_the_permission(standing: DutyState) -> None:
    rule = Rule("paid", Kind.PERMISSION, duties=("compensate",))
    world = replace(WORLD, duties={"compensate": standing})
    assert decided(rule, world=world) is (standing is not DutyState.VIOLATED)


@given(action=st.sampled_from(sorted(INCLUDED_IN)))
def test_a_permission_reaches_down_to_narrower_actions_and_never_up(action: str) -> None:
    parent = INCLUDED_IN[action]
    narrow, wide = replace(READ, action=action), replace(READ, action=parent)
    assert decided(Rule("r", Kind.PERMISSION, action=parent), ask=narrow)
    assert not decided(Rule("r", Kind.PERMISSION, action=action), ask=wide)
    assert list(wider(action))[-1] in {ODRL + "use", ODRL + "transfer"}


def test_a_whole_corpus_permits_its_takes_and_no_take_its_corpus() -> None:
    assert decided(Rule("r", Kind.PERMISSION, target="corpus"))
    assert not decided(
        Rule("r", Kind.PERMISSION, target="take"), ask=replace(READ, target="corpus")
    )


@given(links=st.dictionaries(st.sampled_from("abcd"), st.frozensets(st.sampled_from("abcd"))))
def test_collections_that_hold_each_other_come_to_an_end(links: dict[str, frozenset[str]]) -> None:
    found = collections("a", World(NOW, part_of=links))
    assert "a" in found
    assert all(links.get(thing, frozenset()) <= found for thing in found)


leaves = st.builds(about, st.sampled_from("xyz"), st.just(Operator.EQ), st.just("yes"))
conditions: st.SearchStrategy[Condition] = st.recursive(
    leaves,
    lambda inner: st.builds(
        Joined, st.sampled_from(Logic), st.lists(inner, min_size=1, max_size=3).map(tuple)
    ),
    max_leaves=6,
)
known = st.dictionaries(st.sampled_from("xyz"), st.sampled_from(["yes", "no"]))
kinds = st.sampled_from(Kind)
rules = st.builds(
    Rule,
    st.just("rule"),
    kinds,
    action=st.sampled_from([None, ODRL + "read", ODRL + "use", ODRL + "sell"]),
    assignee=st.sampled_from([None, "alice", "bob"]),
    target=st.sampled_from([None, "take", "corpus", "other"]),
    constraints=st.lists(conditions, max_size=2).map(tuple),
)


def worlds(facts: dict[str, str]) -> World:
    return replace(WORLD, facts={name: frozenset({value}) for name, value in facts.items()})


def completions(facts: dict[str, str]) -> list[World]:
    missing = sorted(set("xyz") - set(facts))
    answers = itertools.product(["yes", "no"], repeat=len(missing))
    return [worlds({**facts, **dict(zip(missing, answer, strict=True))}) for answer in answers]


@given(condition=conditions, facts=known)
def test_what_is_decided_early_stays_so_whatever_is_learned(
    condition: Condition, facts: dict[str, str]
) -> None:
    early = state(condition, worlds(facts))
    if early is not State.UNKNOWN:
        assert {state(condition, world) for world in completions(facts)} == {early}


@given(policy=st.lists(rules, max_size=4), facts=known)
def test_a_permit_given_in_ignorance_would_be_given_in_full_knowledge(
    policy: list[Rule], facts: dict[str, str]
) -> None:
    if decided(*policy, world=worlds(facts)):
        assert all(decided(*policy, world=world) for world in completions(facts))


@given(policy=st.lists(rules, max_size=4), more=rules, facts=known)
def test_one_more_prohibition_never_permits_and_one_more_permission_never_denies(
    policy: list[Rule], more: Rule, facts: dict[str, str]
) -> None:
    before = decided(*policy, world=worlds(facts))
    after = decided(*policy, more, world=worlds(facts))
    assert after <= before if more.kind is Kind.PROHIBITION else after >= before
