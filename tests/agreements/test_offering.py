"""An agreement is offered, read, and signed once; declined or taken back, it is not signed."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import date, timedelta
from threading import Barrier
from typing import Any

import pytest
from django.db import connections
from django.test import Client
from django.urls import reverse

import yesand
from yesand.agreements import services as agreements
from yesand.agreements.models import Agreement, Offer
from yesand.agreements.offering.services import end, offer, signed
from yesand.agreements.offering.speaking.services import may_sign, waiting_for
from yesand.kernel.clock import Clock, SetClock, stamp
from yesand.kernel.errors import BadInput, Refused
from yesand.people import services as people
from yesand.people.delegating.services import grant
from yesand.people.joining import services as joining
from yesand.people.models import Performer, User
from yesand.people.sight import Sight

PASSWORD = "a line of one's own"


@pytest.fixture
def ada(house: yesand.House) -> Performer:
    ada, _ = people.join(house.place, "Ada", credit_name="Ada Actor")
    people.account("ada", "performer", PASSWORD, ada)
    people.account("pam", "producer", PASSWORD)
    ada.refresh_from_db()
    return ada


def named(name: str) -> User:
    return User.objects.get(username=name)


def offered(house: yesand.House, ada: Performer, **told: object) -> Offer:
    return offer(house.place, ada, "standard/recognition", named("pam"), **told)  # type: ignore[arg-type]


def delegate(house: yesand.House, ada: Performer, kind: str, *scopes: str) -> Sight:
    now = house.place.clock.now()
    _, secret = grant(house.place, ada, kind, scopes, now + timedelta(days=30))
    joining.accept(house.place, joining.find(secret), f"{kind}-{len(scopes)}", PASSWORD)
    return Sight.of(named(f"{kind}-{len(scopes)}"), now)


def proven(client: Client, ago: timedelta) -> None:
    session = client.session
    session["proven_at"] = stamp(Clock().now() - ago)
    session.save()


def test_what_was_offered_is_what_is_signed(house: yesand.House, ada: Performer) -> None:
    waits = offered(house, ada)
    assert list(waiting_for(Sight.of(named("ada")))) == [waits]
    made, new = signed(house.place, waits, named("ada"))
    assert new and agreements.check(made).as_json() == waits.terms
    assert (made.text, made.summary, made.kind) == (waits.text, waits.summary, "individual")
    assert len(made.envelope["signatures"]) == 2
    assert not list(waiting_for(Sight.of(named("ada"))))
    assert Offer.objects.get().signed_by == named("ada")
    assert house.check()


def test_the_same_offer_again_is_the_one_that_waits(house: yesand.House, ada: Performer) -> None:
    assert offered(house, ada) == offered(house, ada)
    with pytest.raises(Refused, match="waits"):
        offered(house, ada, stands_by="union")


def test_two_tabs_signing_at_once_make_one_agreement(house: yesand.House, ada: Performer) -> None:
    waits, user, start = offered(house, ada), named("ada"), Barrier(4)

    def sign(_: int) -> tuple[str, bool]:
        try:
            start.wait(timeout=20)
            made, new = signed(house.place, waits, user)
            return made.digest, new
        finally:
            connections.close_all()

    with ThreadPoolExecutor(4) as pool:
        answers = list(pool.map(sign, range(4)))
    assert len({digest for digest, _ in answers}) == 1
    assert [new for _, new in answers].count(True) == 1
    assert Agreement.objects.count() == 1 and house.check()


@pytest.mark.parametrize("declined", [True, False])
def test_what_was_ended_is_not_signed(house: yesand.House, ada: Performer, declined: bool) -> None:
    waits = offered(house, ada)
    by = named("ada" if declined else "pam")
    assert end(house.place, waits, by)
    assert not end(house.place, waits, by)
    assert Offer.objects.get(pk=waits.pk).declined is declined
    with pytest.raises(Refused, match="no longer open"):
        signed(house.place, waits, named("ada"))
    assert not Agreement.objects.exists()
    assert offered(house, ada) != waits


def test_what_was_signed_cannot_be_ended_nor_offered_again(
    house: yesand.House, ada: Performer, clock: SetClock
) -> None:
    waits = offered(house, ada)
    signed(house.place, waits, named("ada"))
    assert not end(house.place, waits, named("ada"))
    with pytest.raises(Refused, match="signed already"):
        offered(house, ada)
    agreements.withdraw(house.place, ada)
    clock.advance(days=1)
    again, new = signed(house.place, offered(house, ada), named("ada"))
    assert new and again.digest != waits.agreement_id


def test_who_may_sign(house: yesand.House, ada: Performer) -> None:
    waits = offered(house, ada)
    assert may_sign(Sight.of(named("ada")), waits)
    assert may_sign(delegate(house, ada, "agent", "read", "sign"), waits)
    assert not may_sign(delegate(house, ada, "agent", "read"), waits)
    assert not may_sign(Sight.of(named("pam")), waits)


def test_for_a_minor_the_guardian_signs(house: yesand.House, ada: Performer) -> None:
    with pytest.raises(BadInput):
        offered(house, ada, minor=True)
    with pytest.raises(BadInput, match="majority_on"):
        offered(house, ada, minor=True, stands_by="guardian")
    of_age = date(2029, 3, 1)
    waits = offered(house, ada, minor=True, stands_by="guardian", comes_of_age=of_age)
    assert not may_sign(Sight.of(named("ada")), waits)
    assert not may_sign(delegate(house, ada, "agent", "read", "sign"), waits)
    assert may_sign(delegate(house, ada, "guardian", "read", "sign"), waits)
    made, _ = signed(house.place, waits, named("guardian-2"))
    assert agreements.check(made).minor and "The performer is a minor." in made.text
    # The house knows it now: nobody signs the next agreement as if they were of age.
    sooner: dict[str, Any] = {"stands_by": "guardian", "comes_of_age": date(2027, 1, 1)}
    for told in ({}, {"minor": True, **sooner}):
        with pytest.raises(Refused, match=f"minor until {of_age}"):
            offer(house.place, ada, "standard/research", named("pam"), **told)


def test_one_reads_the_summary_first_and_says_that_one_has(
    house: yesand.House, ada: Performer, clock: SetClock
) -> None:
    clock.at = Clock().now()  # the pages go by today's
    waits, client = offered(house, ada), Client()
    client.force_login(named("ada"))
    here = reverse("offer", args=[waits.pk])
    assert "waits for your signature" in client.get(reverse("me")).content.decode()
    page = client.get(here).content.decode()
    assert page.index("In short") < page.index("The terms") < page.index("Read the full text")
    proven(client, timedelta(minutes=11))
    asked = client.post(here, {"read": "on"})
    assert asked.status_code == 302 and "next=" in asked.headers["Location"]
    proven(client, timedelta(0))
    assert client.post(here).status_code == 422
    first, second = (client.post(here, {"read": "on"}) for _ in range(2))
    address = reverse("agreement", args=[Agreement.objects.get().digest])
    assert first.headers["Location"] == second.headers["Location"] == address
    assert "nothing was done twice" in client.get(address).content.decode()
