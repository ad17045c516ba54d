"""Joining by invitation, on both databases: one link, one person, once."""

from __future__ import annotations

import threading
from datetime import timedelta

import pytest
from django.core import mail
from django.db import connections
from django.test import Client, override_settings
from django.urls import reverse

import yesand
from yesand.kernel.clock import SetClock
from yesand.kernel.errors import BadInput, NotFound, Refused
from yesand.people import services as people
from yesand.people.joining import services as joining
from yesand.people.joining.services import Standing
from yesand.people.models import Event, Invitation, Organisation, Performer, Seat, User

PASSWORD = "a line of one's own"


@pytest.fixture
def producer(house: yesand.House) -> User:
    return people.account("paula", "producer", PASSWORD)


@pytest.fixture
def link(house: yesand.House, producer: User) -> str:
    made, secret = joining.invite(
        house.place, "performer", by=producer, handle="Eva", credit_name="Eva Actor", country="DE"
    )
    # The pages' own clock is the world's; the test's stands at the first of October.
    Invitation.objects.filter(pk=made.pk).update(expires_at=made.expires_at + timedelta(days=3650))
    return reverse("join", args=[secret])


def joined(client: Client, link: str, name: str = "eva", **more: str) -> object:
    return client.post(link, {"username": name, "password": PASSWORD, "how": "password", **more})


def test_who_opens_a_link_joins_with_a_seat_and_a_key_of_their_own(
    house: yesand.House, link: str
) -> None:
    client = Client()
    assert "Eva Actor" in client.get(link).content.decode()
    response = joined(client, link)
    assert response.status_code == 302 and response.headers["Location"] == reverse("me")  # type: ignore[attr-defined]
    performer = Performer.objects.get(handle="Eva")
    assert performer.user == User.objects.get(username="eva") and len(performer.public_key) == 64
    assert Seat.objects.get(user=performer.user).role == "performer"
    assert client.get(reverse("me")).status_code == 200
    assert house.check()
    kinds = set(Event.objects.filter(user=performer.user).values_list("kind", flat=True))
    assert {"account:invitation:accepted", "seat:role:given", "session:login:succeeded"} <= kinds


def test_a_link_used_twice_is_told_kindly_and_nothing_is_lost(link: str) -> None:
    joined(Client(), link)
    again = Client().get(link)
    assert again.status_code == 410 and "nothing is lost" in again.content.decode()
    assert joined(Client(), link, "eve").status_code == 410  # type: ignore[attr-defined]
    assert User.objects.filter(username__startswith="ev").count() == 1


def test_a_link_that_is_too_old_says_whom_to_ask(house: yesand.House, link: str) -> None:
    Invitation.objects.update(expires_at=house.place.clock.now())
    answer = Client().get(link)
    assert answer.status_code == 410 and "too old" in answer.content.decode()
    assert joined(Client(), link).status_code == 410  # type: ignore[attr-defined]
    assert not User.objects.filter(username="eva").exists()


def test_a_link_that_was_taken_back_lets_nobody_in(house: yesand.House, link: str) -> None:
    paula = Client()
    paula.force_login(User.objects.get(username="paula"))
    paula.post(reverse("revoke_invitation", args=[Invitation.objects.get().pk]))
    assert Client().get(link).status_code == 410


def test_a_wrong_link_opens_nothing(house: yesand.House) -> None:
    assert Client().get(reverse("join", args=["guessed"])).status_code == 404
    with pytest.raises(NotFound):
        joining.find("guessed")


@pytest.mark.parametrize(("name", "password"), [("eva", "short"), ("paula", PASSWORD), ("", "")])
def test_a_bad_name_or_password_leaves_the_link_open(link: str, name: str, password: str) -> None:
    answer = Client().post(link, {"username": name, "password": password, "how": "password"})
    assert answer.status_code == 422
    assert not Performer.objects.exists()
    assert joined(Client(), link).status_code == 302  # type: ignore[attr-defined]


@pytest.mark.both_databases
def test_two_tabs_at_once_make_exactly_one_account(house: yesand.House, link: str) -> None:
    answers: list[int] = []
    ready = threading.Barrier(2)

    def tab(name: str) -> None:
        client = Client(raise_request_exception=False)
        ready.wait()
        response = joined(client, link, name)
        answers.append(response.status_code)  # type: ignore[attr-defined]
        connections.close_all()

    tabs = [threading.Thread(target=tab, args=(name,)) for name in ("eva", "evelyn")]
    for one in tabs:
        one.start()
    for one in tabs:
        one.join()
    assert sorted(answers) == [302, 302]  # one is in, the other is shown that the link is used
    assert User.objects.filter(username__in=("eva", "evelyn")).count() == 1
    assert Performer.objects.count() == 1 and Seat.objects.filter(role="performer").count() == 1


def test_who_is_here_already_takes_a_second_seat_up(house: yesand.House, producer: User) -> None:
    ben = people.account("ben", "rater", PASSWORD)
    lab = people.organisation("house-lab")
    _, secret = joining.invite(house.place, "licensee", by=producer, organisation=lab)
    found = joining.find(secret)
    joining.take_up(house.place, found, ben)
    assert set(ben.seats.values_list("role", flat=True)) == {"rater", "licensee"}
    with pytest.raises(Refused):
        joining.take_up(house.place, found, ben)


def test_who_left_before_they_made_a_passkey_is_led_on_by_the_same_link(
    house: yesand.House, link: str
) -> None:
    client = Client()
    response = client.post(link, {"username": "eva", "how": "passkey"})
    assert response.headers["Location"] == reverse("mfa_add_webauthn")
    found = Invitation.objects.get()
    house.place.clock.at += timedelta(days=1)  # type: ignore[attr-defined]
    assert joining.standing(house.place, found) is Standing.UNFINISHED
    back = Client().post(link, {"password": PASSWORD, "how": "password"})
    assert back.headers["Location"] == reverse("me")
    assert User.objects.get(username="eva").check_password(PASSWORD)
    found.refresh_from_db()
    assert joining.standing(house.place, found) is Standing.USED


def test_a_lost_password_is_replaced_by_a_link_that_ends_all_there_was(
    house: yesand.House, producer: User
) -> None:
    ben = people.account("ben", "rater", PASSWORD)
    browser = Client()
    browser.post(reverse("account_login"), {"login": "ben", "password": PASSWORD})
    assert browser.get(reverse("account")).status_code == 200
    made, secret = joining.renew(house.place, ben, producer)
    new = joining.finish(house.place, made, "another line entirely")
    assert new == ben and ben.pk == User.objects.get(username="ben").pk
    assert browser.get(reverse("account")).status_code == 302
    with pytest.raises(Refused):
        joining.finish(house.place, joining.find(secret), "a third line of mine")


def test_an_invitation_with_an_address_is_mailed(house: yesand.House, producer: User) -> None:
    mail.outbox = []
    paula = Client()
    paula.force_login(producer)
    form = {"role": "rater", "email": "rita@example.org", "days": "7"}
    with override_settings(EMAIL_BACKEND="django.core.mail.backends.locmem.EmailBackend"):
        page = paula.post(reverse("new_invitation"), form, follow=True).content.decode()
    (sent,) = mail.outbox
    assert sent.to == ["rita@example.org"] and "/join/" in sent.body and "on its way" in page
    secret = sent.body.split("/join/")[1].split("/")[0]
    assert joining.find(secret).email == "rita@example.org"
    assert secret not in str(list(Invitation.objects.values()))


def test_an_invitation_that_makes_no_sense_is_bad_input(
    house: yesand.House, producer: User, clock: SetClock
) -> None:
    for odd in (
        {"role": "emperor"},
        {"role": "performer", "handle": "no spaces, please"},
        {"role": "performer", "handle": "Eva", "country": "Germany"},
        {"role": "licensee"},
        {"role": "rater", "days": 0},
    ):
        with pytest.raises(BadInput):
            joining.invite(house.place, by=producer, **odd)  # type: ignore[arg-type]
    assert Organisation.objects.count() == 3 and not Invitation.objects.exists()


def test_a_performer_with_an_account_is_not_invited_again(
    house: yesand.House, producer: User
) -> None:
    eva, _ = people.join(house.place, "Eva")
    people.account("eva", "performer", PASSWORD, eva)
    with pytest.raises(Refused):
        joining.invite(house.place, "performer", by=producer, handle="Eva")


def test_script_and_right_to_left_text_in_a_name_stay_text(
    house: yesand.House, producer: User
) -> None:
    paula = Client()
    paula.force_login(producer)
    odd = "<script>alert(1)</script> \u202eavE"
    form = {"role": "performer", "handle": "Eva", "credit_name": odd, "days": "14"}
    page = paula.post(reverse("new_invitation"), form, follow=True).content.decode()
    link = page.split('id="secret">')[1].split("<")[0]
    shown = Client().get("/join/" + link.split("/join/")[1]).content.decode()
    assert "<script>alert" not in shown and "&lt;script&gt;" in shown
