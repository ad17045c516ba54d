"""An agreement is negotiated word by word: each is signed, logged, answered once, never lost."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import date
from threading import Barrier

import pytest
from django.db import DatabaseError, connection, connections, transaction

import yesand
from negotiators import PASSWORD, answer, cast, delegate, named, other, word
from yesand.agreements import services as agreements
from yesand.agreements.models import Agreement, Offer, Step
from yesand.agreements.negotiating.changing import changed
from yesand.agreements.negotiating.errors import Closed, NotYourTurn, Stale
from yesand.agreements.negotiating.services import amend, counter
from yesand.agreements.negotiating.steps.services import check_step
from yesand.agreements.offering.services import end, offer, signed
from yesand.agreements.offering.speaking.services import may_sign, waiting_for
from yesand.agreements.receipt import check as check_receipt
from yesand.agreements.terms import Terms
from yesand.kernel.clock import SetClock
from yesand.kernel.errors import BadInput, CheckFailed, Refused
from yesand.people import services as people
from yesand.people.delegating.services import end as end_delegation
from yesand.people.delegating.services import named as delegation_named
from yesand.people.models import Delegation, Performer, User
from yesand.people.sight import Sight
from yesand.provenance import dsse
from yesand.provenance.models import Entry


@pytest.fixture
def ada(house: yesand.House) -> Performer:
    return cast(house)


@pytest.fixture
def offered(house: yesand.House, ada: Performer) -> Offer:
    return offer(house.place, ada, "standard/recognition", named("pam"))


def test_offer_counter_counter_signed_by_both(house: yesand.House, offered: Offer) -> None:
    answer(house, offered, "ada", purposes=["research", "health"], note="No assistants, please.")
    answer(house, offered, "pam", commercial=False)
    made, new = signed(house.place, offered, named("ada"))
    steps = list(offered.steps.all())
    assert new and [s.kind for s in steps] == ["offered", "countered", "countered", "accepted"]
    assert [s.party for s in steps] == ["producer", "performer", "producer", "performer"]
    terms = agreements.check(made)
    assert sorted(terms.purposes) == ["health", "research"] and not terms.commercial
    for before, step in zip([None, *steps], steps, strict=False):
        assert check_step(step)["before"] == (before.digest if before else None)
    assert steps[-1].agreement == made and house.check()
    kinds = list(Entry.objects.order_by("index").values_list("kind", flat=True))
    assert [kind for kind in kinds if kind.startswith("agreement.")] == [
        "agreement.offered",
        "agreement.countered",
        "agreement.countered",
        "agreement.signed",
        "agreement.accepted",
    ]


def test_who_made_the_last_word_has_signed_and_the_other_signs(
    house: yesand.House, offered: Offer
) -> None:
    answer(house, offered, "ada", commercial=False)
    assert may_sign(Sight.of(named("pam")), offered)
    assert not may_sign(Sight.of(named("ada")), offered)
    with pytest.raises(NotYourTurn, match="last word is yours"):
        signed(house.place, offered, named("ada"))
    assert list(waiting_for(Sight.of(named("pam")))) == [offered]
    made, _ = signed(house.place, offered, named("pam"))
    assert agreements.check(made).commercial is False and len(made.envelope["signatures"]) == 2


def test_what_is_signed_names_in_which_capacity(
    house: yesand.House, ada: Performer, offered: Offer
) -> None:
    agent = delegate(house, ada, "agent", "read", "sign")
    made, _ = signed(house.place, offered, agent)
    agreements.check(made)
    row = Delegation.objects.get(user=agent)
    assert made.signatories == [
        {
            "party": "producer",
            "capacity": "producer",
            "key": people.organisation("producer").public_key,
            "delegation": None,
        },
        {
            "party": "performer",
            "capacity": "agent",
            "key": ada.public_key,
            "delegation": delegation_named(row),
        },
    ]
    assert Entry.objects.filter(record=delegation_named(row)).exists()
    verdict = check_receipt(agreements.receipt_of(house.place, made))
    assert "hand: for the performer: the performer's agent" in "\n".join(verdict.lines())
    made.signatories[1]["capacity"] = "performer"
    with pytest.raises(CheckFailed, match="signatories"):
        agreements.check(made)


def test_an_agreement_that_does_not_name_who_signed_still_verifies(
    house: yesand.House, ada: Performer
) -> None:
    from yesand.agreements.templates import standard

    producer = people.organisation("producer")
    old = agreements.sign(house.place, standard("research", date(2026, 1, 1)), ada, producer)
    assert old.signatories is None and agreements.check(old)
    assert check_receipt(agreements.receipt_of(house.place, old)).hands == ()


def test_an_answer_to_what_is_no_longer_the_last_word_is_refused(
    house: yesand.House, offered: Offer
) -> None:
    read = word(offered).digest
    answer(house, offered, "ada", commercial=False)
    answer(house, offered, "pam", purposes=["research"])
    with pytest.raises(Stale, match="since you opened"):
        counter(house.place, offered, other(offered), named("ada"), answers=read)
    with pytest.raises(Stale):
        signed(house.place, offered, named("ada"), answers=read)
    assert offered.steps.count() == 3 and not Agreement.objects.exists()


def test_the_same_counter_twice_is_one_word(house: yesand.House, offered: Offer) -> None:
    terms, to = other(offered, commercial=False), word(offered).digest

    def once() -> Step:
        return counter(house.place, offered, terms, named("ada"), answers=to)

    assert once() == once() and offered.steps.count() == 2
    with pytest.raises(Stale):
        counter(house.place, offered, other(offered, notice_days=9), named("ada"), answers=to)


def test_two_tabs_countering_at_once_say_one_word(house: yesand.House, offered: Offer) -> None:
    to, user, start = word(offered).digest, named("ada"), Barrier(4)
    wanted = [other(offered, notice_days=60 + n // 2) for n in range(4)]

    def say(terms: Terms) -> str:
        try:
            start.wait(timeout=20)
            return counter(house.place, offered, terms, user, answers=to).digest
        except Stale:
            return "stale"
        finally:
            connections.close_all()

    with ThreadPoolExecutor(4) as pool:
        said = list(pool.map(say, wanted))
    assert said.count("stale") == 2 and len(set(said)) == 2
    assert offered.steps.count() == 2 and house.check()


def test_the_terms_on_the_table_are_signed_and_not_countered(
    house: yesand.House, offered: Offer
) -> None:
    with pytest.raises(Refused, match="on the table"):
        answer(house, offered, "ada")


@pytest.mark.parametrize("name", ["ada", "pam"])
def test_either_side_ends_it(house: yesand.House, offered: Offer, name: str) -> None:
    answer(house, offered, "ada", commercial=False)
    assert end(house.place, offered, named(name)) and not end(house.place, offered, named(name))
    kind = "taken-back" if name == "ada" else "declined"
    assert check_step(word(offered))["kind"] == kind
    for act in (
        lambda: answer(house, offered, "pam"),
        lambda: signed(house.place, offered, named("pam")),
    ):
        with pytest.raises(Closed, match="no longer open"):
            act()


def test_an_amendment_is_negotiated_and_takes_the_place_of_what_was_signed(
    house: yesand.House, ada: Performer, offered: Offer
) -> None:
    first, _ = signed(house.place, offered, named("ada"))
    terms = changed(Terms.parse(first.terms), {"commercial": False})
    again = amend(house.place, first, terms, named("ada"), note="I have thought again.")
    assert amend(house.place, first, terms, named("ada"), note="I have thought again.") == again
    assert agreements.current(first) == first
    answer(house, again, "pam", territories=["DE"])
    second, _ = signed(house.place, again, named("ada"))
    assert second.supersedes == first and agreements.current(first) == second
    assert agreements.standings()[first.digest].terms.territories == {"DE"}
    with pytest.raises(Refused, match="followed"):
        amend(house.place, first, terms, named("ada"))
    assert house.check()


def test_what_was_not_signed_in_person_is_not_amended(house: yesand.House, ada: Performer) -> None:
    from yesand.agreements.templates import corpus_licence

    licence = corpus_licence("ravdess", date(2026, 1, 1))
    made = agreements.sign(
        house.place, licence, ada, people.organisation("producer"), Agreement.Kind.LICENCE
    )
    with pytest.raises(Refused, match="in person"):
        amend(house.place, made, changed(licence.terms, {"credit": True}), named("pam"))


REFUSED: dict[str, Callable[[yesand.House, Performer, SetClock], User]] = {
    "You do not act": lambda house, ada, clock: people.account("rater", "rater", PASSWORD),
    "not sign for them": lambda house, ada, clock: delegate(house, ada, "agent", "read"),
    "ended on 2026-10-21": lambda house, ada, clock: later(
        delegate(house, ada, "union", "read", "sign", days=20), clock
    ),
    "ended on 2026-10-01": lambda house, ada, clock: dismissed(
        house, delegate(house, ada, "agent", "read", "sign")
    ),
}


def later(user: User, clock: SetClock) -> User:
    clock.advance(days=25)
    return user


def dismissed(house: yesand.House, user: User) -> User:
    end_delegation(house.place, Delegation.objects.get(user=user))
    return user


@pytest.mark.parametrize("why", REFUSED)
def test_who_may_not_sign_is_told_why(
    house: yesand.House, ada: Performer, offered: Offer, clock: SetClock, why: str
) -> None:
    user = REFUSED[why](house, ada, clock)
    for act in (
        lambda: signed(house.place, offered, user),
        lambda: answer(house, offered, user.username, commercial=False),
        lambda: end(house.place, offered, user),
    ):
        with pytest.raises(Refused, match=why):
            act()
    assert offered.steps.count() == 1 and not Agreement.objects.exists()


def test_for_a_minor_nobody_but_a_guardian_signs_or_counters(
    house: yesand.House, ada: Performer
) -> None:
    waits = offer(
        house.place,
        ada,
        "standard/recognition",
        named("pam"),
        stands_by="guardian",
        minor=True,
    )
    agent = delegate(house, ada, "agent", "read", "sign")
    for user, why in ((named("ada"), "guardian signs"), (agent, "no other delegate")):
        with pytest.raises(Refused, match=why):
            signed(house.place, waits, user)
        with pytest.raises(Refused, match=why):
            answer(house, waits, user.username, minor=False, represented_by="none")
    delegate(house, ada, "guardian", "read", "sign", "book")
    answer(house, waits, "guardian-3", commercial=False)
    made, _ = signed(house.place, waits, named("pam"))
    assert made.signatories is not None and made.signatories[0]["capacity"] == "guardian"


def test_a_minor_without_a_guardian_is_offered_nothing(house: yesand.House, ada: Performer) -> None:
    with pytest.raises(BadInput, match="guardian"):
        offer(house.place, ada, "standard/recognition", named("pam"), minor=True)


def test_only_the_producer_offers(house: yesand.House, ada: Performer) -> None:
    with pytest.raises(Refused, match="Only the producer"):
        offer(house.place, ada, "standard/recognition", named("ada"))


def test_a_step_signed_by_another_key_fails(house: yesand.House, offered: Offer) -> None:
    step = answer(house, offered, "ada", commercial=False)
    told = check_step(step)
    other_key = people.signer_of(house.place, people.organisation("producer"))
    step.envelope = dsse.seal(told, [other_key], "application/vnd.yes-and.negotiation+json")
    with pytest.raises(CheckFailed, match="signature"):
        check_step(step)


@pytest.mark.parametrize("field", ["note", "draft", "kind", "thread", "hand", "number"])
def test_a_step_that_shows_other_than_was_signed_fails(
    house: yesand.House, offered: Offer, field: str
) -> None:
    step = answer(house, offered, "ada", commercial=False)
    setattr(
        step, field, {"x": 1} if field in {"draft", "hand"} else 7 if field == "number" else "x"
    )
    with pytest.raises(CheckFailed, match=field):
        check_step(step)


def test_the_database_lets_nobody_change_or_delete_a_step(
    house: yesand.House, offered: Offer
) -> None:
    for sql in (
        "UPDATE agreements_step SET note = 'x'",
        "UPDATE agreements_step SET kind = 'accepted', note = '', draft = NULL, envelope = '{}'",
        "DELETE FROM agreements_step",
    ):
        with (
            pytest.raises(DatabaseError, match="append-only"),
            transaction.atomic(),
            connection.cursor() as cursor,
        ):
            cursor.execute(sql)
    check_step(word(offered))


def test_a_counter_with_terms_that_do_not_hold_names_the_fields(offered: Offer) -> None:
    with pytest.raises(BadInput, match=r"territories.*XX"):
        other(offered, territories=["XX"])
    with pytest.raises(BadInput, match="permitted and banned"):
        other(offered, purposes=["political"])
