"""One line is disputed: it is held, the rest is paid, and every word is signed."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import pytest
from django.db import IntegrityError, connection, transaction
from hypothesis import given
from hypothesis import strategies as st
from money_desk import Desk, desk_of
from royalties_factories import Stage

import yesand
from yesand.kernel.clock import Period, SetClock
from yesand.kernel.errors import BadInput, CheckFailed, Refused
from yesand.kernel.money import Money
from yesand.people.delegating.services import grant
from yesand.people.models import Delegation, User
from yesand.people.services import performer
from yesand.royalties.books.services import balance, trial_balance
from yesand.royalties.claiming import services as claiming
from yesand.royalties.disputing import services
from yesand.royalties.disputing.dispute import (
    HOLDING,
    State,
    Word,
    check_next,
    held_part,
    next_words,
    standing,
)
from yesand.royalties.earned.services import kept
from yesand.royalties.instruments.shapes import Correction
from yesand.royalties.models import Dispute, DisputeWord, UsageClaim
from yesand.royalties.paying.running.services import proposal
from yesand.royalties.reassigning import services as reassigning
from yesand.royalties.reconciling.services import check_desk
from yesand.royalties.redoing.services import correct
from yesand.royalties.services import check_books


@pytest.fixture
def desk(house: yesand.House, tmp_path: Path) -> Desk:
    return desk_of(Stage(house.place), tmp_path)


def opened(desk: Desk, said: str = "I recorded more than that") -> Dispute:
    made, new = services.open_dispute(
        desk.stage.place, desk.statement("Ann"), 0, said, desk.people["ann"]
    )
    assert new
    return made


@given(st.integers(-5, 50), st.integers(-60, 60), st.integers(-60, 60))
def test_what_is_held_is_no_more_than_the_line_and_than_what_is_unpaid(
    line: int, owed: int, later: int
) -> None:
    held = held_part(line, owed, later)
    assert 0 <= held <= max(0, line)
    assert held == 0 or held <= owed - max(0, later)
    if owed >= line >= 0 and later <= 0:
        assert held == line


@given(st.lists(st.sampled_from(list(Word)), max_size=8))
def test_after_a_decision_nothing_more_is_said(said: list[Word]) -> None:
    words = [Word.OPENED]
    for word in said:
        if word in next_words(standing(words)):
            words.append(word)
        else:
            with pytest.raises(Refused):
                check_next(standing(words), word)
    ends = [w for w in words if standing([w]) not in HOLDING]
    assert len(ends) <= 1 and (not ends or words[-1] is ends[0])
    assert words.count(Word.OPENED) == 1


def test_a_disputed_line_is_held_and_the_rest_is_payable(desk: Desk) -> None:
    ann, place = performer("Ann"), desk.stage.place
    before = kept(ann)[0]
    row = opened(desk)
    after = kept(ann)[0]
    assert after.held.micro == row.held_micro == row.line_micro > 0
    assert (after.earned, after.open + after.held) == (before.earned, before.open + after.held)
    assert after.payable.micro < before.payable.micro
    assert services.held_lines() == {(row.statement_id, 0)}
    assert services.held_micro(row.statement_id) == row.held_micro
    assert balance("held:Ann") == {"EUR": -row.held_micro}
    plan = proposal(place, "EUR")
    assert "performer:Ann" not in {item.account for item in plan.items}
    again, new = services.open_dispute(
        place, desk.statement("Ann"), 0, "and again", desk.people["ann"]
    )
    assert (again.pk, new) == (row.pk, False)
    services.say(place, row, Word.ANSWERED, "We are counting", desk.people["one"])
    services.say(place, row, Word.REPLIED, "Thank you", desk.people["ann"])
    services.say(place, row, Word.REJECTED, "It is 10 takes", desk.people["two"])
    services.say(place, row, Word.REJECTED, "It is 10 takes", desk.people["two"])
    found = services.dispute_named(row.digest[:10])
    assert (found.state, found.held) == (State.REJECTED, Money("EUR", 0))
    assert kept(ann)[0] == before and found.words.count() == 4
    assert services.held_lines() == frozenset()
    assert check_books().startswith("books:") and "1, signed" in check_desk()


def test_what_was_paid_already_is_not_held_and_later_earnings_are_not_touched(desk: Desk) -> None:
    from yesand.royalties.books.services import post
    from yesand.royalties.paying.phases import Step, drafted

    owed = -balance("performer:Ann")["EUR"]
    minor, carried = Money("EUR", owed).split()
    post(desk.stage.place, [drafted(Step.PENDING, "E" * 34, "performer:Ann", "EUR", minor)])
    clock = desk.stage.place.clock
    assert isinstance(clock, SetClock)
    clock.advance(days=32)
    desk.month(Period(2026, 10), range(100, 130))
    row = opened(desk)
    assert row.held_micro == min(row.line_micro, carried)


def test_only_who_may_sign_for_the_performer_disputes_and_only_a_producer_decides(
    desk: Desk,
) -> None:
    place, statement = desk.stage.place, desk.statement("Ann")
    agent = User.objects.create(username="agent")
    with pytest.raises(Refused, match="do not act"):
        services.open_dispute(place, statement, 0, "why", agent)
    with pytest.raises(BadInput, match="lines"):
        services.open_dispute(place, statement, 9, "why", desk.people["ann"])
    with pytest.raises(BadInput, match="Say why"):
        services.open_dispute(place, statement, 0, " ", desk.people["ann"])
    right, _ = grant(
        place,
        performer("Ann"),
        Delegation.Kind.AGENT,
        ["read", "money", "sign"],
        place.clock.now() + timedelta(days=9),
    )
    Delegation.objects.filter(pk=right.pk).update(user=agent)
    row, _ = services.open_dispute(place, statement, 0, "why", agent)
    assert row.last.hand["capacity"] == "agent" and row.last.hand["delegation"]
    with pytest.raises(Refused, match="Only the producer"):
        services.say(place, row, Word.UPHELD, "yes", agent)
    with pytest.raises(Refused):
        services.say(place, row, Word.REPLIED, "too early", desk.people["ann"])
    services.say(place, row, Word.UPHELD, "10 requests too few", desk.people["one"])
    with pytest.raises(Refused, match="upheld"):
        services.say(place, row, Word.WITHDRAWN, "", desk.people["ann"])


def test_words_can_neither_be_changed_nor_forged(
    desk: Desk, unguard: Callable[[str], None]
) -> None:
    row = opened(desk)
    for sql in (
        "UPDATE royalties_disputeword SET said = 'x'",
        "DELETE FROM royalties_dispute",
    ):
        with pytest.raises(IntegrityError), transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(sql)
    unguard("royalties_disputeword")
    DisputeWord.objects.filter(dispute=row).update(said="something else")
    with pytest.raises(CheckFailed, match="other than what was signed"):
        check_desk()


def test_a_dispute_that_nobody_answers_is_overdue_and_the_producers_are_written_to(
    desk: Desk,
) -> None:
    row = opened(desk)
    clock = desk.stage.place.clock
    assert isinstance(clock, SetClock) and services.remind(desk.stage.place) == 0
    clock.advance(days=15)
    assert services.remind(desk.stage.place) == 1 and row.overdue(clock.now())


def test_a_wrong_payee_is_debited_and_the_right_one_credited_by_two_people(desk: Desk) -> None:
    place, statement, bob = desk.stage.place, desk.statement("Ann"), performer("Bob")
    one, two = desk.people["one"], desk.people["two"]
    before = trial_balance()
    line = services.line_of(statement, 0)
    with pytest.raises(Refused, match="left to move"):
        reassigning.propose(place, statement, 0, bob, "Bob's takes", one, line.micro + 1)
    with pytest.raises(BadInput, match="not to be moved"):
        reassigning.propose(place, statement, 0, statement.performer, "why", one)
    row = reassigning.propose(place, statement, 0, bob, "Bob's takes", one, 1_000)
    with pytest.raises(Refused, match="cannot approve"):
        reassigning.decide(place, row, True, one)
    assert trial_balance() == before
    reassigning.decide(place, row, True, two)
    reassigning.decide(place, row, True, two)
    after = trial_balance()
    assert after["performer:Ann"]["EUR"] - before["performer:Ann"]["EUR"] == 1_000
    assert after["performer:Bob"]["EUR"] - before["performer:Bob"]["EUR"] == -1_000
    with pytest.raises(Refused, match="decided already"):
        reassigning.decide(place, row, False, two)
    rest = reassigning.propose(place, statement, 0, bob, "all of it", one)
    assert rest.micro == line.micro - 1_000
    reassigning.decide(place, rest, False, one)
    assert check_books() and check_desk()
    wrong = Correction(
        month="2026-09", effective="2026-10-01", why="counted twice", deployment="coach",
        unit="request", usage_period="2026-09", quantity=1,
    )  # fmt: skip
    with pytest.raises(Refused, match="was moved"):
        correct(place, wrong)
    assert opened(desk).held_micro == line.micro - 1_000
    with pytest.raises(Refused, match="in dispute"):
        reassigning.propose(place, statement, 0, bob, "why", one)


def test_usage_in_escrow_is_claimed_once_and_decided(desk: Desk) -> None:
    desk.unmatched()
    place, acme = desk.stage.place, desk.stage.coach.licensee
    given = "mystery", "2026-09", "Our gateway's log of that day"
    made = claiming.claim(place, *given, desk.people["one"], licensee=acme)
    again = claiming.claim(place, *given, desk.people["one"], licensee=acme)
    assert made == again and UsageClaim.objects.count() == 1
    with pytest.raises(BadInput, match="No usage"):
        claiming.claim(place, "coach", "2026-09", "x", desk.people["one"], licensee=acme)
    with pytest.raises(BadInput, match="for whom"):
        claiming.claim(place, *given, desk.people["one"])
    claiming.decide(place, made, True, "It fits", desk.people["two"])
    with pytest.raises(Refused, match="decided already"):
        claiming.decide(place, made, False, "It does not", desk.people["two"])
