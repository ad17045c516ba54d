from __future__ import annotations

from datetime import date
from typing import Any

import pytest
from django.db import DatabaseError, connection, transaction
from hypothesis import given
from hypothesis import strategies as st

import yesand
from yesand.agreements import services as agreements
from yesand.agreements.chain import heads
from yesand.agreements.models import Agreement, Withdrawal
from yesand.agreements.scope import Scope
from yesand.agreements.templates import corpus_licence, standard, trial
from yesand.agreements.terms import Terms
from yesand.agreements.vocabulary import Purpose, UseClass
from yesand.kernel.clock import SetClock
from yesand.kernel.errors import BadInput, CheckFailed, Refused
from yesand.people import services as people
from yesand.people.models import Performer
from yesand.provenance.kinds import Kind
from yesand.provenance.models import Entry

START = date(2026, 10, 1)
RESEARCH = Scope(purposes=frozenset({Purpose.RESEARCH}))


def signed(house: yesand.House, handle: str = "Alba", **more: Any) -> tuple[Performer, Agreement]:
    performer, _ = people.join(house.place, handle)
    producer = people.organisation("producer")
    draft = more.pop("draft", standard("recognition", START))
    return performer, agreements.sign(house.place, draft, performer, producer, **more)


def test_a_signed_agreement_checks_and_gives_back_its_terms(house: yesand.House) -> None:
    _, agreement = signed(house)
    assert agreements.check(agreement) == standard("recognition", START).terms
    assert len(agreement.envelope["signatures"]) == 2


def test_the_same_draft_twice_is_the_same_agreement(house: yesand.House) -> None:
    _, first = signed(house)
    _, second = signed(house)
    assert first == second
    assert Entry.objects.filter(kind=Kind.AGREEMENT_SIGNED).count() == 1


def test_a_corpus_licence_is_signed_by_the_producer_alone(house: yesand.House) -> None:
    licence = corpus_licence("ravdess", START)
    _, agreement = signed(house, draft=licence, kind=Agreement.Kind.LICENCE)
    assert len(agreement.envelope["signatures"]) == 1
    assert agreements.check(agreement).corpus == "RAVDESS"


def test_trial_terms_are_never_taken_for_consent(house: yesand.House) -> None:
    draft = trial(UseClass.RECOGNITION, corpus_licence("ravdess", START).terms, START)
    with pytest.raises(BadInput, match="trial"):
        signed(house, draft=draft)
    with pytest.raises(BadInput, match="trial"):
        signed(house, kind=Agreement.Kind.TRIAL)
    _, agreement = signed(house, draft=draft, kind=Agreement.Kind.TRIAL)
    assert agreements.check(agreement).trial


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("summary", "You agree to everything."),
        ("text", "…"),
        ("terms", {"valid_from": "2026-10-01", "commercial": True}),
        ("kind", "licence"),
        ("template", "other"),
        ("digest", "0" * 64),
    ],
)
def test_an_agreement_that_shows_other_than_was_signed_fails(
    house: yesand.House, field: str, value: Any
) -> None:
    _, agreement = signed(house)
    setattr(agreement, field, value)
    with pytest.raises(CheckFailed):
        agreements.check(agreement)


def test_an_agreement_signed_by_another_fails(house: yesand.House) -> None:
    _, agreement = signed(house)
    other, _ = signed(house, "Bert")
    agreement.performer = other
    with pytest.raises(CheckFailed, match="signature"):
        agreements.check(agreement)


def test_the_database_lets_nobody_change_or_delete_an_agreement(house: yesand.House) -> None:
    performer, agreement = signed(house)
    agreements.withdraw(house.place, performer)
    for table, column in (("agreements_agreement", "summary"), ("agreements_withdrawal", "reason")):
        for sql in (f"UPDATE {table} SET {column} = 'x'", f"DELETE FROM {table}"):
            with (
                pytest.raises(DatabaseError, match="append-only"),
                transaction.atomic(),
                connection.cursor() as cursor,
            ):
                cursor.execute(sql)
    assert agreements.check(Agreement.objects.get()) == Terms.parse(agreement.terms)


def test_terms_with_errors_are_told_field_by_field() -> None:
    wrong = {
        "valid_from": "tomorrow",
        "purposes": ["fun"],
        "territories": ["XX"],
        "pay": {"revenue_share_ppm": 2_000_000, "currency": "GOLD"},
        "surprise": 1,
    }
    with pytest.raises(BadInput) as fault:
        Terms.parse(wrong, where="terms.json")
    for name in ("valid_from", "purposes", "territories", "pay.revenue_share_ppm", "surprise"):
        assert name in fault.value.what
    assert "GOLD" in fault.value.what and fault.value.where == "terms.json"


def test_a_chain_is_followed_to_its_end(house: yesand.House) -> None:
    _, first = signed(house)
    _, second = signed(house, draft=standard("research", START), supersedes=first)
    _, third = signed(house, draft=standard("synthesis", START), supersedes=second)
    assert agreements.current(first) == third
    assert {s.agreement for s in agreements.standings().values()} == {third.digest}


def test_an_agreement_is_followed_once_and_by_its_own_performer(house: yesand.House) -> None:
    _, first = signed(house)
    signed(house, draft=standard("research", START), supersedes=first)
    with pytest.raises(Refused, match="followed"):
        signed(house, draft=standard("synthesis", START), supersedes=first)
    _, other = signed(house, "Bert")
    with pytest.raises(Refused, match="another performer"):
        signed(house, draft=standard("research", START), supersedes=other)
    assert Entry.objects.filter(kind=Kind.AGREEMENT_SIGNED).count() == 3


@given(st.lists(st.integers(1, 6), max_size=6))
def test_the_head_of_every_chain_is_its_last(lengths: list[int]) -> None:
    links: dict[str, str | None] = {}
    for chain, length in enumerate(lengths):
        for step in range(length):
            links[f"{chain}/{step}"] = f"{chain}/{step - 1}" if step else None
    found = heads(links)
    assert set(found) == set(links)
    for name, head in found.items():
        chain = int(name.split("/")[0])
        assert head == f"{chain}/{lengths[chain] - 1}"


def test_a_withdrawal_is_signed_logged_and_checks(house: yesand.House) -> None:
    performer, _ = signed(house)
    withdrawal = agreements.withdraw(house.place, performer, RESEARCH, "enough of it")
    assert agreements.check_withdrawal(withdrawal) == RESEARCH
    assert withdrawal.entry.kind == Kind.AGREEMENT_WITHDRAWN
    assert agreements.withdrawals_of(performer) == [withdrawal]
    withdrawal.scope = Scope().as_json()
    with pytest.raises(CheckFailed, match="scope"):
        agreements.check_withdrawal(withdrawal)


def test_withdrawing_the_same_twice_changes_nothing(house: yesand.House, clock: SetClock) -> None:
    performer, _ = signed(house)
    first = agreements.withdraw(house.place, performer)
    clock.advance(days=3)
    assert agreements.withdraw(house.place, performer, reason="again") == first
    assert agreements.withdraw(house.place, performer, RESEARCH) != first
    assert Withdrawal.objects.count() == 2


def test_nothing_can_be_withdrawn_where_nothing_was_signed(house: yesand.House) -> None:
    performer, _ = people.join(house.place, "Alba")
    with pytest.raises(Refused, match="no agreement"):
        agreements.withdraw(house.place, performer)


def test_a_withdrawal_stands_against_what_was_signed_before_it(house: yesand.House) -> None:
    performer, first = signed(house)
    agreements.withdraw(house.place, performer)
    assert agreements.standings()[first.digest].withdrawals
    _, second = signed(house, draft=standard("research", START), supersedes=first)
    assert not agreements.standings()[second.digest].withdrawals
    agreements.withdraw(house.place, performer)
    assert agreements.standings()[first.digest].withdrawals
    assert Withdrawal.objects.count() == 2


def test_a_licence_recorded_later_does_not_undo_a_withdrawal(house: yesand.House) -> None:
    performer, _ = signed(
        house, draft=corpus_licence("ravdess", START), kind=Agreement.Kind.LICENCE
    )
    agreements.withdraw(house.place, performer)
    later = corpus_licence("ravdess", date(2026, 11, 1))
    _, again = signed(house, draft=later, kind=Agreement.Kind.LICENCE)
    assert agreements.standings()[again.digest].withdrawals


def test_what_stood_at_an_earlier_size_of_the_log_can_be_asked(house: yesand.House) -> None:
    performer, first = signed(house)
    size = Entry.objects.count()
    _, second = signed(house, draft=standard("research", START), supersedes=first)
    agreements.withdraw(house.place, performer)
    then = agreements.standings(size)
    assert set(then) == {first.digest}
    assert then[first.digest].agreement == first.digest
    assert not then[first.digest].withdrawals
    assert agreements.standings()[first.digest].agreement == second.digest


def test_a_scope_with_errors_lists_each() -> None:
    with pytest.raises(BadInput) as fault:
        Scope.parse({"purposes": ["fun"], "mood": []})
    assert "purposes" in fault.value.what and "mood" in fault.value.what
    assert str(RESEARCH) == "purposes: research" and str(Scope()) == "everything"
