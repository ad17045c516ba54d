"""What differs between two agreements, clause by clause, and for whom it is better."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest
from hypothesis import given

from strategies_of_terms import terms
from yesand.agreements.comparing.clauses import Worded
from yesand.agreements.comparing.difference import Comparison, Kind, compare
from yesand.agreements.comparing.effects import ABSENT, DIRECTIONS, Effect, direction, effect
from yesand.agreements.comparing.values import fields
from yesand.agreements.templates import standard
from yesand.agreements.terms import Amount, Terms

START = date(2026, 10, 1)
BASE = standard("recognition", START).terms
OPPOSITE = {Effect.BETTER: Effect.WORSE, Effect.WORSE: Effect.BETTER}
TURNED = {Kind.ADDED: Kind.REMOVED, Kind.REMOVED: Kind.ADDED}


def between(one: Terms, other: Terms) -> Comparison:
    return compare(Worded.of(one), Worded.of(other))


def changed(**told: Any) -> Comparison:
    return between(BASE, Terms.parse({**BASE.as_json(), **told}))


def paid(**told: Any) -> Comparison:
    return changed(pay={**BASE.as_json()["pay"], **told})


@given(terms())
def test_of_two_equal_agreements_every_clause_is_the_same(one: Terms) -> None:
    found = between(one, one)
    assert found.different == () and len(found.same) == len(found.clauses)
    assert {each.field for each in found.same} - {""} == set(one.as_json())


@given(terms(), terms())
def test_the_other_way_round_better_is_worse_and_added_is_removed(one: Terms, other: Terms) -> None:
    there = {each.field: each for each in between(one, other).clauses}
    back = {each.field: each for each in between(other, one).clauses}
    assert set(there) == set(back)
    for name, each in there.items():
        assert back[name].kind == TURNED.get(each.kind, each.kind)
        assert back[name].effect == OPPOSITE.get(each.effect, each.effect)
        assert (back[name].before, back[name].after) == (each.after, each.before)


@given(terms(), terms())
def test_no_difference_is_left_out(one: Terms, other: Terms) -> None:
    found = {c.field for each in between(one, other).different for c in each.changes}
    old, new = fields(one.as_json()), fields(other.as_json())
    names = old.keys() | new.keys()
    assert found == {n for n in names if old.get(n, ABSENT) != new.get(n, ABSENT)}


def test_it_is_known_of_every_term_whether_it_is_better_larger_or_smaller() -> None:
    unknown = [name for name in fields(BASE.as_json()) if direction(name) is None]
    assert unknown == []


@pytest.mark.parametrize(
    ("told", "meant", "words"),
    [
        ({"purposes": ["research"]}, Effect.BETTER, "no longer allowed"),
        ({"materials": ["features", "raw"]}, Effect.WORSE, "now also allowed: raw"),
        ({"banned_purposes": ["adult"]}, Effect.WORSE, "no longer ruled out: education"),
        ({"approval_per_use": ["replica", "recognition"]}, Effect.BETTER, "asking each time"),
        ({"territories": ["DE", "AT"]}, Effect.BETTER, "Austria, Germany instead of worldwide"),
        ({"use_classes": ["synthesis"]}, Effect.MIXED, "now also allowed: synthesis"),
        ({"commercial": False}, Effect.BETTER, "no instead of yes"),
        ({"exclusive": True}, Effect.WORSE, "yes instead of no"),
        ({"valid_until": None}, Effect.WORSE, "no end named instead of 1 October 2031"),
        ({"train_until": "2027-01-01"}, Effect.BETTER, "1 January 2027 instead"),
        ({"notice_days": 10}, Effect.WORSE, "10 days instead of 30 days"),
        ({"report_every_months": 3}, Effect.WORSE, "3 instead of 1"),
        ({"security": "encrypted-and-audited"}, Effect.BETTER, "encrypted and audited"),
        ({"credit": False}, Effect.WORSE, "no instead of yes"),
        ({"valid_from": "2026-12-01"}, Effect.NEITHER, "instead"),
        ({"withdrawing": {"delete_recordings_days": 5}}, Effect.BETTER, "Recordings deleted: 5"),
    ],
)
def test_what_a_change_means_follows_from_the_direction_of_its_field(
    told: dict[str, Any], meant: Effect, words: str
) -> None:
    (found,) = changed(**told).different
    assert found.kind == Kind.CHANGED and found.effect == meant
    said = "; ".join(each.means() for each in found.changes)
    assert words in said


def test_pay_that_rises_is_better_and_pay_that_falls_is_worse() -> None:
    more, less = (Amount.of("EUR", each).model_dump() for each in ("400", "300"))
    assert paid(session_fee=more).different[0].effect == Effect.BETTER
    assert paid(session_fee=less).different[0].effect == Effect.WORSE
    assert paid(session_fee=None).different[0].changes[0].means() == (
        "For each session: nothing agreed instead of 320.00 EUR"
    )
    mixed = paid(session_fee=more, revenue_share_ppm=0).different[0]
    assert mixed.effect == Effect.MIXED
    assert {each.effect for each in mixed.changes} == {Effect.BETTER, Effect.WORSE}


def test_amounts_in_two_currencies_are_not_weighed_against_each_other() -> None:
    euros, dollars = (Amount.of(c, "320").model_dump() for c in ("EUR", "USD"))
    assert effect("pay.session_fee", euros, dollars) == Effect.OPEN


def test_a_clause_that_only_one_version_has_is_added_or_removed() -> None:
    old = {k: v for k, v in BASE.as_json().items() if k != "onward_licensing"}
    text = "\n\n".join(p for p in Worded.of(BASE).text.split("\n\n") if "onward" not in p)
    found = compare(Worded(old, text), Worded.of(BASE)).different
    assert [(e.field, e.kind, e.before) for e in found] == [("onward_licensing", Kind.ADDED, "")]
    assert found[0].effect == Effect.NEITHER  # it was not allowed before either


def test_other_words_for_the_same_terms_are_a_change_too() -> None:
    words = Worded.of(BASE).text.replace("is allowed", "may be done")
    found = compare(Worded.of(BASE), Worded(BASE.as_json(), words)).different
    assert [each.field for each in found] == ["commercial"]
    assert (found[0].kind, found[0].effect) == (Kind.CHANGED, Effect.NEITHER)


def test_a_term_that_nobody_has_judged_is_left_open() -> None:
    assert effect("something new", 1, 2) == Effect.OPEN
    assert "something new" not in DIRECTIONS
