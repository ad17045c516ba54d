"""A union and a producer sign a floor; nothing less is offered to whom it covers."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest
from django.db import DatabaseError, connection, transaction
from hypothesis import given

import yesand
from strategies_of_terms import terms
from yesand.agreements.collective.errors import BelowFloor
from yesand.agreements.collective.floor import Floor, in_words
from yesand.agreements.collective.membership.services import belongs, say
from yesand.agreements.collective.models import Collective, Countersignature, Membership
from yesand.agreements.collective.services import (
    breaches,
    check,
    countersign,
    floors,
    may_sign,
    propose,
)
from yesand.agreements.comparing.effects import Effect, direction, effect
from yesand.agreements.comparing.values import fields
from yesand.agreements.models import Agreement
from yesand.agreements.negotiating.changing import changed
from yesand.agreements.negotiating.services import amend, counter
from yesand.agreements.negotiating.steps.services import last
from yesand.agreements.offering.services import offer, signed
from yesand.agreements.templates import standard
from yesand.agreements.terms import Amount, Terms
from yesand.kernel.clock import SetClock
from yesand.kernel.errors import BadInput, CheckFailed, Refused
from yesand.people import services as people
from yesand.people.models import Organisation, Performer, User
from yesand.provenance import dsse
from yesand.provenance.models import Entry

PASSWORD = "a line of one's own"
BASE = standard("recognition", date(2026, 10, 1)).terms
FLOOR: dict[str, Any] = {
    "purposes": sorted(BASE.purposes - {"entertainment"}),
    "pay": {"session_fee": Amount.of("EUR", "320").model_dump(), "contribution_ppm": 210_000},
    "onward_licensing": False,
    "withdrawing": {"retrain_or_retire_days": 180},
    "notice_days": 30,
}
#: How terms go below each limit of the floor, and the words that say so.
BELOW: dict[str, tuple[dict[str, Any], str]] = {
    "purposes": ({}, "What for: now also allowed: entertainment"),
    "pay.contribution_ppm": ({"pay": {"contribution_ppm": 0}}, "nothing agreed instead of 21 %"),
    "onward_licensing": ({"onward_licensing": True}, "Passing on: yes instead of no"),
    "withdrawing": ({"withdrawing": {"retrain_or_retire_days": 365}}, "365 days instead of 180"),
    "notice_days": ({"notice_days": 7}, "Notice: 7 days instead of 30 days"),
}
KEPT: dict[str, Any] = {"purposes": FLOOR["purposes"]}


@pytest.fixture
def union(house: yesand.House) -> Organisation:
    found = people.found(house.place, "voices", "Voices United", Organisation.Kind.UNION)
    people.account("una", "union", PASSWORD, organisation=found)
    people.account("pam", "producer", PASSWORD)
    return found


@pytest.fixture
def ada(house: yesand.House, union: Organisation) -> Performer:
    ada, _ = people.join(house.place, "Ada", credit_name="Ada Actor")
    people.account("ada", "performer", PASSWORD, ada)
    ada.refresh_from_db()
    return ada


def named(name: str) -> User:
    return User.objects.get(username=name)


def proposed(house: yesand.House, union: Organisation, by: str = "una", **told: Any) -> Collective:
    words = {"title": "Voices and machines", "floor": FLOOR, "begins": "2026-10-01", **told}
    return propose(house.place, words, named(by), union=union)


def in_force(house: yesand.House, union: Organisation, **told: Any) -> Collective:
    return countersign(house.place, proposed(house, union, **told), named("pam"))[0]


# The floor itself --------------------------------------------------------------------------------


@given(terms())
def test_terms_never_go_below_a_floor_of_their_own(some: Terms) -> None:
    told = {n: v for n, v in fields(some.as_json()).items() if v is not None and judged(n)}
    assert Floor.parse(told).below(some) == ()


@given(terms(), terms())
def test_what_goes_below_is_what_is_worse_or_cannot_be_judged(one: Terms, other: Terms) -> None:
    floor, theirs = fields(one.as_json()), fields(other.as_json())
    told = {n: v for n, v in floor.items() if v is not None and judged(n)}
    found = {change.field for change in Floor.parse(told).below(other)}
    worse = {Effect.WORSE, Effect.MIXED, Effect.OPEN}
    both = told.keys() & theirs.keys()
    assert found & both == {
        n for n in both if told[n] != theirs[n] and effect(n, told[n], theirs[n]) in worse
    }


def judged(name: str) -> bool:
    found = direction(name)
    return found is not None and found.__name__ not in ("neither", "undecided")


@pytest.mark.parametrize(
    ("told", "why"),
    [
        ({}, "at least one"),
        ([], "at least one"),
        ({"a-term-of-mine": 1}, "no term"),
        ({"valid_from": "2026-01-01"}, "neither better nor worse"),
        ({"notice_days": "soon"}, "integer"),
        ({"notice_days": -1}, "greater than or equal"),
        ({"purposes": ["conquest"]}, "purposes"),
        ({"territories": ["XX"]}, "ISO 3166"),
        ({"pay": {"session_fee": {"currency": "XXQ", "micro": 1}}}, "pay.session_fee"),
    ],
)
def test_a_floor_that_does_not_hold_names_the_field(told: Any, why: str) -> None:
    with pytest.raises(BadInput, match=why):
        Floor.parse(told)


def test_a_limit_is_said_in_plain_words() -> None:
    said = {name: in_words(name, limit) for name, limit in Floor.parse(FLOOR).limits.items()}
    assert said["pay.session_fee"] == "Pay: For each session: at least 320.00 EUR"
    assert said["withdrawing.retrain_or_retire_days"].endswith("at most 180 days")
    assert said["purposes"].startswith("What for: nothing but accessibility")


def test_another_currency_is_below_because_nobody_can_tell() -> None:
    floor = Floor.parse({"pay.session_fee": Amount.of("USD", "1").model_dump()})
    assert [change.effect for change in floor.below(BASE)] == [Effect.OPEN]


# Signed by both ----------------------------------------------------------------------------------


def test_it_stands_once_the_other_side_has_signed(
    house: yesand.House, union: Organisation, ada: Performer
) -> None:
    found = proposed(house, union)
    say(house.place, ada, union, member=True)
    assert proposed(house, union) == found and not floors(ada, BASE, date(2026, 10, 1))
    assert may_sign(found, named("pam")) and not may_sign(found, named("una"))
    with pytest.raises(Refused, match="other side signs"):
        countersign(house.place, found, named("una"))
    with pytest.raises(Refused, match="Only the union and the producer"):
        countersign(house.place, found, named("ada"))
    assert countersign(house.place, found, named("pam"))[1]
    assert not countersign(house.place, found, named("pam"))[1]
    assert check(found).title == "Voices and machines"
    assert [row for row, _ in floors(ada, BASE, date(2026, 10, 1))] == [found]
    kinds = Entry.objects.filter(kind__startswith="collective").values_list("kind", flat=True)
    assert sorted(kinds) == ["collective.proposed", "collective.signed"] and house.check()


def test_the_producer_may_propose_and_the_union_signs(
    house: yesand.House, union: Organisation
) -> None:
    found = proposed(house, union, "pam")
    assert countersign(house.place, found, named("una"))[1] and check(found)


def test_a_newer_one_takes_the_place_of_the_older(
    house: yesand.House, union: Organisation, ada: Performer
) -> None:
    old, words = in_force(house, union), {"title": "Anew", "begins": "2026-10-01"}
    say(house.place, ada, union, member=True)
    told = {**words, "floor": {"notice_days": 60}}
    new = propose(house.place, told, named("una"), union=union, supersedes=old)
    assert [r for r, _ in floors(ada, BASE, date(2026, 10, 1))] == [old]
    rival = {**told, "title": "Another"}
    other = propose(house.place, rival, named("una"), union=union, supersedes=old)
    countersign(house.place, new, named("pam"))
    assert [r for r, _ in floors(ada, BASE, date(2026, 10, 1))] == [new]
    with pytest.raises(Refused, match="took its place"):
        countersign(house.place, other, named("pam"))


@pytest.mark.parametrize("field", ["words", "envelope"])
def test_one_that_was_not_signed_so_fails(
    house: yesand.House, union: Organisation, field: str
) -> None:
    found = in_force(house, union)
    if field == "words":
        found.words = {**found.words, "title": "Other words"}
    else:
        stranger = house.place.keys.create()
        kind = "application/vnd.yes-and.collective-agreement+json"
        found.envelope = dsse.seal(found.words, [stranger], kind)
    with pytest.raises(CheckFailed):
        check(found)


def test_the_database_lets_nobody_change_what_was_signed(
    house: yesand.House, union: Organisation, ada: Performer
) -> None:
    in_force(house, union)
    say(house.place, ada, union, member=True)
    for model in (Collective, Countersignature, Membership):
        assert model.objects.count() == 1
        for sql in (
            f"UPDATE {model._meta.db_table} SET at = at",
            f"DELETE FROM {model._meta.db_table}",
        ):
            with (
                pytest.raises(DatabaseError, match="append-only"),
                transaction.atomic(),
                connection.cursor() as cursor,
            ):
                cursor.execute(sql)


@pytest.mark.parametrize(
    ("told", "why"),
    [
        ({"title": " "}, "title"),
        ({"ends": "2026-01-01"}, "end before it begins"),
        ({"begins": "soon"}, "day or use class"),
        ({"use_classes": ["mime"]}, "day or use class"),
    ],
)
def test_words_that_do_not_hold_are_not_proposed(
    house: yesand.House, union: Organisation, told: dict[str, Any], why: str
) -> None:
    with pytest.raises(BadInput, match=why):
        proposed(house, union, **told)
    assert not Collective.objects.exists()


# Whom it covers ----------------------------------------------------------------------------------


def test_who_belongs_says_so_themself_and_may_leave(
    house: yesand.House, union: Organisation, ada: Performer
) -> None:
    assert say(house.place, ada, union, member=True)
    assert not say(house.place, ada, union, member=True)
    assert belongs(ada) == {"voices"}
    assert say(house.place, ada, union, member=False) and not belongs(ada)
    with pytest.raises(BadInput, match="no union"):
        say(house.place, ada, people.organisation("house-lab"), member=True)


def test_it_covers_members_or_everyone_its_use_classes_and_its_days(
    house: yesand.House, union: Organisation, ada: Performer
) -> None:
    told = {"use_classes": ["synthesis"], "everyone": True, "ends": "2026-10-31"}
    found = in_force(house, union, **told)
    voiced, day = standard("synthesis", date(2026, 10, 1)).terms, date(2026, 10, 31)
    assert [row for row, _ in floors(ada, voiced, day)] == [found]
    assert not floors(ada, BASE, day) and not floors(ada, voiced, day + timedelta(days=1))


# What individual agreements may say --------------------------------------------------------------


@pytest.mark.parametrize("field", BELOW)
def test_less_than_the_floor_is_not_offered_and_the_clause_is_named(
    house: yesand.House, union: Organisation, ada: Performer, field: str
) -> None:
    in_force(house, union)
    told, words = BELOW[field]
    keeps = {} if field == "purposes" else KEPT
    offered = {**keeps, **told}
    before = offer(house.place, ada, "standard/recognition", named("pam"), terms=offered)
    say(house.place, ada, union, member=True)
    with pytest.raises(BelowFloor) as refused:
        offer(house.place, ada, "standard/research", named("pam"), terms=research(offered, field))
    assert words in refused.value.what and "Voices and machines" in refused.value.where
    # An offer of before is not signed either, and not countered below.
    with pytest.raises(BelowFloor):
        signed(house.place, before, named("ada"))
    word = last(before)
    assert word is not None and not Agreement.objects.exists()
    less = changed(Terms.parse(before.terms), {**offered, "credit": False})
    with pytest.raises(BelowFloor):
        counter(house.place, before, less, named("ada"), answers=word.digest)
    assert before.steps.count() == 1


def research(told: dict[str, Any], field: str) -> dict[str, Any]:
    purposes = ["research", "entertainment"] if field == "purposes" else ["research"]
    return {**told, "purposes": purposes}


def test_what_keeps_to_the_floor_is_signed_and_not_amended_below(
    house: yesand.House, union: Organisation, ada: Performer
) -> None:
    in_force(house, union)
    say(house.place, ada, union, member=True)
    better = {**KEPT, "notice_days": 60}
    waits = offer(house.place, ada, "standard/recognition", named("pam"), terms=better)
    made, _ = signed(house.place, waits, named("ada"))
    assert breaches(ada, Terms.parse(made.terms), date(2026, 10, 1)) == []
    less = changed(Terms.parse(made.terms), {"notice_days": 7})
    with pytest.raises(BelowFloor, match="Notice"):
        amend(house.place, made, less, named("ada"))


def test_who_does_not_belong_is_offered_what_they_like(
    house: yesand.House, union: Organisation, ada: Performer, clock: SetClock
) -> None:
    in_force(house, union)
    waits = offer(house.place, ada, "standard/recognition", named("pam"))
    made, new = signed(house.place, waits, named("ada"))
    assert new and made.performer == ada
