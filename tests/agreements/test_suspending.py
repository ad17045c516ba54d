"""A strike, or a hold, stops new use of a class of agreements from the very next decision on."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime
from typing import Any

import numpy as np
import pytest
from django.db import DatabaseError, connection, transaction
from hypothesis import given
from hypothesis import strategies as st

import yesand
from strategies_of_terms import requests, suspensions, terms, withdrawals
from yesand.agreements import services as agreements
from yesand.agreements.change import changes
from yesand.agreements.collective.membership.services import say
from yesand.agreements.collective.services import countersign, propose
from yesand.agreements.compiled import Ask, Rule, permits
from yesand.agreements.consent.services import odrl
from yesand.agreements.decision import Request, Withdrawn, decide
from yesand.agreements.film import asked_with
from yesand.agreements.models import Agreement
from yesand.agreements.odrl.reading import read
from yesand.agreements.standing import Standing
from yesand.agreements.suspending.models import Lifting, Suspension
from yesand.agreements.suspending.services import check, lift, suspend
from yesand.agreements.suspending.suspension import Cause, Reach, Suspended
from yesand.agreements.templates import standard
from yesand.agreements.terms import Terms
from yesand.agreements.vocabulary import Modality, Purpose, UseClass
from yesand.corpus.gate import STATES, Columns, evaluate
from yesand.kernel.clock import SetClock
from yesand.kernel.errors import BadInput, CheckFailed, NotFound, Refused
from yesand.people import services as people
from yesand.people.models import Organisation, Performer, User
from yesand.provenance.models import Entry

TAKE = "7" * 64
PASSWORD = "a line of one's own"
NOW = datetime(2026, 10, 1, tzinfo=UTC)
ASKED = Request("house-lab", "research", "recognition", NOW, territory="DE")
BASE = standard("recognition", date(2026, 1, 1)).terms


def ruled(standing: Standing, request: Request) -> bool:
    """What the gate says of one take under one agreement."""
    one = np.zeros(1, np.int64)
    modality = np.array([list(Modality).index(request.modality)])
    accepted = np.array([STATES.index("accepted")])
    takes = Columns(one, one, accepted, modality, ("a",), [TAKE])
    return bool(evaluate(takes, {"a": standing}, request).permit[0])


@given(terms(), requests, st.tuples(withdrawals), st.lists(suspensions(), max_size=3))
def test_words_bits_and_columns_agree_on_what_is_suspended(
    some: Terms, request: Request, taken: tuple[Withdrawn, ...], held: list[Suspended]
) -> None:
    on = tuple(held)
    said = decide(some, request, taken, take=TAKE, suspensions=on).permit
    assert said == permits(Rule.of(some), Ask.of(request), taken, TAKE, suspensions=on)
    whole = all(
        decide(some, one, taken, take=TAKE, suspensions=on).permit for one in asked_with(request)
    )
    assert whole == ruled(Standing("a", some, "t", taken, suspensions=on), request)


@given(terms(), requests, suspensions())
def test_a_suspension_never_permits_and_names_itself(
    some: Terms, request: Request, held: Suspended
) -> None:
    before, after = decide(some, request), decide(some, request, suspensions=(held,))
    assert before.permit or not after.permit
    named = [clause for clause in after.clauses if clause.term == "suspension"]
    reached = held.covers(request) and held.stops(in_strike=some.suspended_in_strike)
    assert len(named) == reached
    if named:
        assert held.name[:12] in named[0].reason
        assert "lifted" in changes(named, request)[0].sentence


def test_what_goes_on_through_a_strike_is_still_put_on_hold() -> None:
    through = BASE.model_copy(update={"suspended_in_strike": False})
    strike, hold = (Suspended("0" * 64, cause, NOW) for cause in Cause)
    assert decide(through, ASKED, suspensions=(strike,)).permit
    assert not decide(BASE, ASKED, suspensions=(strike,)).permit
    assert not decide(through, ASKED, suspensions=(hold,)).permit


def test_the_order_is_statute_withdrawal_suspension_prohibition() -> None:
    held = Suspended("0" * 64, Cause.STRIKE, NOW)
    asked = replace(ASKED, purpose=Purpose.WORKPLACE)
    told = decide(BASE, asked, (Withdrawn(NOW),), suspensions=(held,))
    terms_named = [clause.term for clause in told.clauses]
    assert terms_named[:4] == ["statute", "withdrawal", "suspension", "banned_purposes"]


# In a house --------------------------------------------------------------------------------------


@pytest.fixture
def union(house: yesand.House) -> Organisation:
    found = people.found(house.place, "voices", "Voices United", Organisation.Kind.UNION)
    people.account("una", "union", PASSWORD, organisation=found)
    people.account("pam", "producer", PASSWORD)
    return found


@pytest.fixture
def ada(house: yesand.House, union: Organisation) -> Agreement:
    return under(house, "Ada", union)


def under(house: yesand.House, handle: str, union: Organisation | None) -> Agreement:
    performer, _ = people.join(house.place, handle)
    if union is not None:
        say(house.place, performer, union, member=True)
    made = standard("recognition", date(2026, 1, 1))
    return agreements.sign(house.place, made, performer, people.organisation("producer"))


def named(name: str) -> User:
    return User.objects.get(username=name)


def strike(house: yesand.House, union: Organisation, **reach: Any) -> Suspension:
    return suspend(house.place, union, Reach.parse(reach), "Talks have failed", named("una"))[0]


def hold(house: yesand.House, **reach: Any) -> Suspension:
    caller = people.organisation("producer")
    return suspend(house.place, caller, Reach.parse(reach), "A leak", named("pam"))[0]


def allowed(agreement: Agreement, **told: Any) -> bool:
    standing, request = agreements.standings()[agreement.digest], replace(ASKED, **told)
    single = agreements.standing_of(agreement)
    assert single.suspensions == standing.suspensions
    slow = decide(
        standing.terms, request, standing.withdrawals, suspensions=standing.suspensions
    ).permit
    assert slow == ruled(standing, request)
    return slow


def test_a_strike_stops_the_members_and_nobody_else_until_it_is_lifted(
    house: yesand.House, union: Organisation, ada: Agreement, clock: SetClock
) -> None:
    ben = under(house, "Ben", None)
    assert allowed(ada) and allowed(ben)
    called = strike(house, union)
    assert not allowed(ada) and allowed(ben)
    assert [held.name for held in read(odrl(ada)).suspensions] == [called.digest]
    assert not read(odrl(ben)).suspensions
    size = called.entry_id
    assert agreements.standings(size)[ada.digest].suspensions == ()
    assert agreements.standings(size + 1)[ada.digest].suspensions != ()
    assert strike(house, union) == called  # the same again changes nothing
    clock.advance(days=1)
    assert lift(house.place, called, named("una"), "Agreed")
    assert not lift(house.place, called, named("una"))
    assert not read(odrl(ada)).suspensions
    assert allowed(ada) and check(called) == Reach(union="voices")
    end = Lifting.objects.get()
    assert agreements.standings(end.entry_id)[ada.digest].suspensions != ()
    assert strike(house, union) != called and not allowed(ada)
    kinds = Entry.objects.filter(kind__startswith="suspension").order_by("index")
    assert [e.kind for e in kinds] == ["suspension.begun", "suspension.ended", "suspension.begun"]
    assert house.check()


def test_it_reaches_only_the_class_and_the_use_that_it_names(
    house: yesand.House, union: Organisation, ada: Agreement
) -> None:
    strike(house, union, use_classes=["evaluation"])
    hold(house, licensees=["house-lab"], purposes=["health"])
    hold(house, templates=["standard/synthesis"])
    assert allowed(ada)
    assert not allowed(ada, use_class=UseClass.EVALUATION, action="evaluate")
    assert not allowed(ada, purpose=Purpose.HEALTH)
    assert allowed(ada, purpose=Purpose.HEALTH, licensee="acme")
    hold(house, templates=["standard/recognition"])
    assert not allowed(ada)


def test_a_strike_reaches_whom_a_collective_agreement_covers(
    house: yesand.House, union: Organisation, ada: Agreement
) -> None:
    ben = under(house, "Ben", None)
    words = {"title": "For all", "floor": {"notice_days": 30}, "begins": "2026-10-01"}
    found = propose(house.place, {**words, "everyone": True}, named("una"), union=union)
    countersign(house.place, found, named("pam"))
    strike(house, union, collective=found.digest)
    assert not allowed(ada) and not allowed(ben)


def test_who_leaves_the_union_is_not_reached_any_more(
    house: yesand.House, union: Organisation, ada: Agreement
) -> None:
    strike(house, union)
    say(house.place, Performer.objects.get(handle="Ada"), union, member=False)
    assert allowed(ada)


def test_who_may_not_call_or_lift_is_refused(
    house: yesand.House, union: Organisation, ada: Agreement
) -> None:
    other = people.found(house.place, "others", "Others", Organisation.Kind.UNION)
    lab = people.organisation("house-lab")
    every = Reach()
    for caller, reach, by, why in (
        (union, every, "pam", "Only who sits"),
        (union, Reach(union="others"), "una", "its own members"),
        (other, every, "una", "Only who sits"),
        (lab, every, "pam", "Only a union or the producer"),
    ):
        with pytest.raises(Refused, match=why):
            suspend(house.place, caller, reach, "Because", named(by))
    called = strike(house, union)
    with pytest.raises(Refused, match="Only who sits"):
        lift(house.place, called, named("pam"))
    assert not allowed(ada) and Suspension.objects.count() == 1


def test_a_class_or_reason_that_does_not_hold_is_refused(
    house: yesand.House, union: Organisation
) -> None:
    for reach in ({"planets": ["earth"]}, {"use_classes": ["mime"]}, {"collective": "short"}):
        with pytest.raises(BadInput, match="class that does not hold"):
            Reach.parse(reach)
    with pytest.raises(NotFound):
        hold(house, licensees=["nobody-knows"])
    with pytest.raises(BadInput, match="Say why"):
        suspend(house.place, union, Reach(), " ", named("una"))
    assert not Suspension.objects.exists()


def test_what_was_signed_is_neither_changed_nor_shown_otherwise(
    house: yesand.House, union: Organisation
) -> None:
    called = strike(house, union)
    lift(house.place, called, named("una"))
    for table in ("agreements_suspension", "agreements_lifting"):
        for sql in (f"UPDATE {table} SET reason = 'x'", f"DELETE FROM {table}"):
            with (
                pytest.raises(DatabaseError, match="append-only"),
                transaction.atomic(),
                connection.cursor() as cursor,
            ):
                cursor.execute(sql)
    called.reason = "Other words"
    with pytest.raises(CheckFailed, match="other than what was signed"):
        check(called)
