"""Acting for a performer: seen by its scope, until its end, and no longer."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.test import Client
from django.urls import reverse

import yesand
from yesand.kernel.clock import Clock, SetClock, stamp
from yesand.kernel.errors import BadInput
from yesand.people import services as people
from yesand.people.delegating.services import end, grant
from yesand.people.joining import services as joining
from yesand.people.models import Delegation, Event, Performer, User
from yesand.people.sight import Sight, visible
from yesand.provenance.kinds import Kind
from yesand.provenance.models import Entry
from yesand.royalties.models import Account

PASSWORD = "a line of one's own"


@pytest.fixture
def ada(house: yesand.House) -> Performer:
    ada, _ = people.join(house.place, "Ada", credit_name="Ada Actor")
    people.account("ada", "performer", PASSWORD, ada)
    ada.refresh_from_db()
    return ada


def delegate(house: yesand.House, ada: Performer, *scopes: str, days: int = 30) -> Delegation:
    until = house.place.clock.now() + timedelta(days=days)
    made, secret = grant(house.place, ada, "agent", scopes, until)
    joining.accept(house.place, joining.find(secret), "gus", PASSWORD)
    made.refresh_from_db()
    return made


def seen(house: yesand.House, name: str) -> Sight:
    return Sight.of(User.objects.get(username=name), house.place.clock.now())


def test_a_delegate_sees_the_performer_and_nobody_else(house: yesand.House, ada: Performer) -> None:
    people.join(house.place, "Ben")
    delegate(house, ada, "read", "book")
    sight = seen(house, "gus")
    assert visible(Performer, sight).get() == ada
    assert sight.may("book", ada) and not sight.may("sign", ada) and not sight.everything
    assert visible(Entry, sight).exists()


def test_money_is_seen_by_the_right_to_money_alone(house: yesand.House, ada: Performer) -> None:
    Account.objects.create(name="performer:Ada", performer=ada)
    made = delegate(house, ada, "read")
    assert not visible(Account, seen(house, "gus")).exists()
    Delegation.objects.filter(pk=made.pk).update(scopes=["money"])
    assert visible(Account, seen(house, "gus")).exists()
    assert not visible(Performer, seen(house, "gus")).exists()


def test_a_right_that_is_over_shows_nothing(
    house: yesand.House, ada: Performer, clock: SetClock
) -> None:
    delegate(house, ada, "read", days=30)
    clock.advance(days=29)
    assert seen(house, "gus").acting
    clock.advance(days=1)
    assert seen(house, "gus") == Sight()
    assert not visible(Performer, seen(house, "gus")).exists()


def test_a_right_that_was_ended_shows_nothing_from_that_moment(
    house: yesand.House, ada: Performer
) -> None:
    made = delegate(house, ada, "read")
    assert end(house.place, made) and not end(house.place, made)
    assert seen(house, "gus") == Sight()
    kinds = list(Entry.objects.filter(kind__startswith="delegation").values_list("kind", flat=True))
    assert kinds == [Kind.DELEGATION_GRANTED, Kind.DELEGATION_ENDED]
    mine = Event.objects.filter(user=ada.user).values_list("kind", flat=True)
    assert {"delegate:right:granted", "delegate:right:ended"} <= set(mine)
    assert house.check()


def test_a_right_without_end_or_sense_is_bad_input(house: yesand.House, ada: Performer) -> None:
    now = house.place.clock.now()
    for kind, scopes, until in (
        ("agent", ["read"], now),
        ("agent", ["read"], now + timedelta(days=9999)),
        ("agent", [], now + timedelta(days=3)),
        ("agent", ["everything"], now + timedelta(days=3)),
        ("friend", ["read"], now + timedelta(days=3)),
    ):
        with pytest.raises(BadInput):
            grant(house.place, ada, kind, scopes, until)
    assert not Delegation.objects.exists()


def test_a_day_that_is_over_or_too_far_is_said_at_its_field(
    house: yesand.House, ada: Performer
) -> None:
    client = Client()
    client.force_login(User.objects.get(username="ada"))
    session = client.session
    session["proven_at"] = stamp(Clock().now())
    session.save()
    for day, why in (("2020-01-01", "That day is over"), ("9999-12-31", "within three years")):
        told = {"kind": "agent", "scopes": ["read"], "until": day}
        page = client.post(reverse("account_new_delegate"), told).content.decode()
        assert f'<small class="wrong" role="alert">{why}' in page.replace(
            "A right to act ends ", ""
        )
        assert f'value="{day}"' in page
    assert not Delegation.objects.exists()


def test_acting_for_somebody_is_visible_on_every_page(house: yesand.House, ada: Performer) -> None:
    made = delegate(house, ada, "read")
    until = made.until + timedelta(days=3650)  # the pages' clock is the world's
    Delegation.objects.filter(pk=made.pk).update(until=until)
    gus = Client()
    gus.force_login(User.objects.get(username="gus"))
    page = gus.get(reverse("performer", args=["Ada"])).content.decode()
    assert "agent for <strong>Ada Actor</strong>, until" in page
    assert gus.get(reverse("account_delegates")).status_code == 200


def test_who_acts_for_others_finds_at_home_what_they_may_do(
    house: yesand.House, ada: Performer
) -> None:
    made = delegate(house, ada, "sign", "withdraw")
    until = made.until + timedelta(days=3650)  # the pages' clock is the world's
    Delegation.objects.filter(pk=made.pk).update(until=until)
    gus = Client()
    gus.force_login(User.objects.get(username="gus"))
    page = gus.get(reverse("me")).content.decode()
    assert "You act for others here." in page and "No seat here" not in page
    withdrawing, menu = reverse("withdrawal_preview"), page.partition("<main")[0]
    assert f'href="{withdrawing}?of=Ada"' in page
    for address in (withdrawing, reverse("agreements"), reverse("me")):
        assert f'href="{address}"' in menu and gus.get(address).status_code == 200
    Delegation.objects.filter(pk=made.pk).update(scopes=["money"])
    page = gus.get(reverse("me")).content.decode()
    assert withdrawing not in page and f'href="{reverse("balance")}?of=Ada"' in page


def test_nobody_ends_what_is_not_theirs(house: yesand.House, ada: Performer) -> None:
    made = delegate(house, ada, "read")
    people.account("rita", "rater", PASSWORD)
    rita = Client()
    rita.force_login(User.objects.get(username="rita"))
    assert rita.post(reverse("account_end_delegate", args=[made.pk])).status_code == 404
    made.refresh_from_db()
    assert made.ended_at is None
