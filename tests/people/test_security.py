"""What keeps an account safe: asking again, history, sessions, tokens, factors, limits."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.core.cache import cache
from django.db import DatabaseError, transaction
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from logging_in import PASSWORD, TOKEN, kinds, logged_in

import yesand
from yesand.kernel.clock import instant, stamp
from yesand.kernel.errors import BadInput, Refused
from yesand.people import services as people
from yesand.people.happenings import WORDS, Happened, described, shortened
from yesand.people.models import Event, Organisation, Seat, Token, User
from yesand.people.seating.services import end, give
from yesand.people.security.services import make_token

pytestmark = pytest.mark.one_database


def long_ago(client: Client) -> None:
    """Make the proof of who it is older than it may be."""
    session = client.session
    session["proven_at"] = stamp(instant(session["proven_at"]) - timedelta(minutes=11))
    session.save()


def test_a_sensitive_act_asks_again_and_keeps_what_was_filled_in(ben: User) -> None:
    client = logged_in()
    long_ago(client)
    asked = client.post(reverse("account_new_token"), TOKEN)
    assert asked.status_code == 302 and not Token.objects.exists()
    assert asked.headers["Location"] == "/account/confirm/?next=%2Faccount%2Fresume%2F"
    wrong = client.post(asked.headers["Location"], {"password": "not this one"})
    assert wrong.status_code == 200 and not Token.objects.exists()
    right = client.post(asked.headers["Location"], {"password": PASSWORD})
    assert right.headers["Location"] == reverse("account_resume")
    page = client.get(reverse("account_resume")).content.decode()
    for kept in ("my lab", "usage:write", "corpus:read", reverse("account_new_token")):
        assert f'value="{kept}"' in page or f'action="{kept}"' in page
    assert "csrfmiddlewaretoken" in page
    done = client.post(reverse("account_new_token"), TOKEN, follow=True)
    assert "yesand_" in done.content.decode() and Token.objects.count() == 1
    assert "yesand_" not in client.get(reverse("account_tokens")).content.decode()  # once
    assert "session:person:confirmed" in kinds(ben)
    assert client.get(reverse("account_resume")).status_code == 302  # nothing waits any more


def test_a_page_that_asks_again_comes_back_to_itself(ben: User) -> None:
    client = logged_in()
    long_ago(client)
    asked = client.get(reverse("account_export"))
    assert asked.headers["Location"] == "/account/confirm/?next=%2Faccount%2Fexport%2F"
    back = client.post(asked.headers["Location"], {"password": PASSWORD})
    assert back.headers["Location"] == reverse("account_export")


def test_a_piece_of_a_page_that_asks_again_sends_the_whole_page(ben: User) -> None:
    client = logged_in()
    long_ago(client)
    asked = client.post(reverse("account_new_token"), TOKEN, headers={"HX-Request": "true"})
    assert asked.status_code == 204 and asked.headers["HX-Redirect"].startswith("/account/confirm/")


def test_ending_a_session_asks_again_and_then_ends_it(ben: User) -> None:
    here, elsewhere = logged_in(), logged_in()
    long_ago(here)
    asked = here.post(reverse("account_sessions"), {"session": "others"})
    assert asked.headers["Location"].startswith("/account/confirm/")
    assert elsewhere.get(reverse("me")).status_code == 200
    here.post(asked.headers["Location"], {"password": PASSWORD})
    assert 'value="others"' in here.get(reverse("account_resume")).content.decode()


def test_another_e_mail_address_asks_again(ben: User) -> None:
    client, form = logged_in(), {"zone": "UTC", "language": "en", "email": ""}
    long_ago(client)
    assert (
        client.post(reverse("account_settings"), form).headers["Location"] == "/account/settings/"
    )
    asked = client.post(reverse("account_settings"), {**form, "email": "thief@example.org"})
    assert asked.headers["Location"].startswith("/account/confirm/")
    assert User.objects.get(pk=ben.pk).email == ""


def test_a_producer_logs_somebody_out_everywhere(house: yesand.House, ben: User) -> None:
    people.account("paula", "producer", PASSWORD)
    _, secret = make_token(house.place, ben, "mine", ["account:read"], None)
    bens, paulas = logged_in(), logged_in("paula")
    assert paulas.post(reverse("log_out_of", args=["ben"])).status_code == 302
    assert bens.get(reverse("me")).status_code == 302
    bearer = Client(headers={"authorization": f"Bearer {secret}"})
    assert bearer.get("/api/me").status_code == 401
    assert paulas.get(reverse("me")).status_code == 200
    last = Event.objects.filter(user=ben).first()
    assert last is not None and last.kind == "session:others:ended" and last.by is not None
    assert logged_in().get(reverse("me")).status_code == 200  # and may come back


def test_a_name_that_nobody_has_is_logged_without_the_name(
    house: yesand.House, caplog: pytest.LogCaptureFixture
) -> None:
    logged_in("my-password-in-the-wrong-field")
    assert "nobody of that name" in caplog.text and "wrong-field" not in caplog.text


def test_a_form_too_large_to_keep_is_not_kept(ben: User) -> None:
    client = logged_in()
    long_ago(client)
    client.post(reverse("account_new_token"), {**TOKEN, "name": "x" * 100_000})
    assert "held_act" not in client.session


def test_a_history_tells_who_logged_in_and_who_failed_to(ben: User) -> None:
    logged_in(password="not this one")
    logged_in(**{"user-agent": "Mozilla/5.0 (X11; Linux x86_64) Firefox/140.0"})
    assert kinds(ben) == ["session:login:failed", "session:login:succeeded"]
    event = Event.objects.get(kind="session:login:succeeded")
    assert (event.ip, event.agent, event.detail) == ("127.0.0.0", "Firefox on Linux", "password")


def test_a_history_is_never_changed_or_deleted(ben: User) -> None:
    logged_in()
    event = Event.objects.get()
    for change in (
        lambda: Event.objects.update(kind="session:login:failed"),
        lambda: Event.objects.update(detail="nothing"),
        event.delete,
    ):
        with pytest.raises(DatabaseError), transaction.atomic():
            change()
    assert Event.objects.get().kind == "session:login:succeeded"


def test_a_person_reads_their_own_history_alone(ben: User) -> None:
    people.account("rita", "rater", PASSWORD)
    logged_in("rita", "wrong")
    assert "failed to log in" in logged_in("rita").get("/account/history/").content.decode()
    assert "failed to log in" not in logged_in().get("/account/history/").content.decode()


def test_everything_that_can_happen_has_its_words() -> None:
    assert set(WORDS) == set(Happened)
    assert all(kind.count(":") == 2 for kind in Happened)


def test_an_address_is_shortened_to_its_network() -> None:
    assert shortened("198.51.100.23") == "198.51.100.0"
    assert shortened("2001:db8:aa:bb::1") == "2001:db8:aa::" and shortened("nonsense") == ""
    assert described("") == "something else"


def test_a_session_is_ended_from_another_browser(ben: User) -> None:
    one, other = logged_in(), logged_in()
    assert one.get("/account/sessions/").content.decode().count('name="session" value="') == 3
    one.post("/account/sessions/", {"session": "others"})
    assert other.get(reverse("me")).status_code == 302
    assert one.get(reverse("me")).status_code == 200
    assert "session:others:ended" in kinds(ben)


def test_nobody_ends_anothers_session(ben: User) -> None:
    people.account("rita", "rater", PASSWORD)
    rita, bens = logged_in("rita"), logged_in()
    from allauth.usersessions.models import UserSession

    row = UserSession.objects.get(user=ben)
    assert rita.post("/account/sessions/", {"session": str(row.pk)}).status_code == 404
    assert bens.get(reverse("me")).status_code == 200


def test_a_session_ends_after_a_week_however_busy_it_was(ben: User) -> None:
    client = logged_in()
    session = client.session
    session["began_at"] = stamp(timezone.now() - timedelta(days=8))
    session.save()
    assert client.get(reverse("me")).headers["Location"] == "/login/?next=/me/"


def test_a_session_that_is_in_use_is_written_now_and_then_alone(ben: User) -> None:
    client = logged_in()
    client.get(reverse("me"))
    noted = client.session["noted_at"]
    client.get(reverse("me"))
    assert client.session["noted_at"] == noted


def test_changing_the_password_ends_other_sessions(ben: User) -> None:
    one, other = logged_in(), logged_in()
    new = "another line entirely"
    form = {"oldpassword": PASSWORD, "password1": new, "password2": new}
    assert one.post(reverse("account_change_password"), form).status_code == 302
    assert other.get(reverse("me")).status_code == 302
    assert "account:password:changed" in kinds(ben)


def test_a_token_opens_what_it_names_until_it_is_taken_back(house: yesand.House, ben: User) -> None:
    made, secret = make_token(house.place, ben, "mine", ["account:read"], None)
    bearer = Client(headers={"authorization": f"Bearer {secret}"})
    me = bearer.get("/api/me")
    assert me.json()["username"] == "ben" and me.json()["seats"][0]["role"] == "rater"
    assert bearer.patch("/api/me", {"zone": "Europe/Berlin"}, "application/json").status_code == 403
    assert secret not in bearer.get("/api/me/tokens").content.decode()
    logged_in().post(reverse("account_revoke_token", args=[made.pk]))
    assert bearer.get("/api/me").status_code == 401
    assert secret not in str(list(Token.objects.values()))


def test_a_token_that_makes_no_sense_is_bad_input(house: yesand.House, ben: User) -> None:
    past = house.place.clock.now() - timedelta(seconds=1)
    for name, scopes, until in (("", ["account:read"], None), ("a", [], None), ("a", ["x"], None)):
        with pytest.raises(BadInput):
            make_token(house.place, ben, name, scopes, until)
    with pytest.raises(BadInput):
        make_token(house.place, ben, "a", ["account:read"], past)


def test_the_api_changes_ones_own_account(house: yesand.House) -> None:
    eva, _ = people.join(house.place, "Eva", credit_name="Eva Actor")
    user = people.account("eva", "performer", PASSWORD, eva)
    _, secret = make_token(house.place, user, "mine", ["account:read", "account:write"], None)
    bearer = Client(headers={"authorization": f"Bearer {secret}"})
    told = {"zone": "Europe/Berlin", "language": "de", "credit_name": "E. A.", "credited": False}
    answer = bearer.patch("/api/me", told, "application/json").json()
    assert {key: answer[key] for key in told} == told
    for odd in ({"zone": "Mars/Olympus"}, {"language": "tlh"}):
        assert bearer.patch("/api/me", odd, "application/json").status_code == 422
    assert User.objects.get(username="eva").zone == "Europe/Berlin"


def test_the_language_of_an_account_is_spoken_from_the_login_on(ben: User) -> None:
    User.objects.filter(pk=ben.pk).update(language="de")
    assert logged_in().cookies["django_language"].value == "de"


def test_times_are_written_in_the_zone_of_who_reads_them(ben: User) -> None:
    client = logged_in()
    event = Event.objects.get()
    for zone, hours, name in (("UTC", 0, "UTC"), ("Asia/Tokyo", 9, "JST")):
        form = {"zone": zone, "language": "en", "email": ""}
        assert client.post(reverse("account_settings"), form).status_code == 302
        there = event.at + timedelta(hours=hours)
        page = client.get("/account/history/").content.decode()
        assert f"{there:%H:%M} {name}</time>" in page
    User.objects.update(zone="Mars/Olympus")
    assert "UTC</time>" in client.get("/account/history/").content.decode()


def test_guessing_is_stopped_over_all_processes_and_said_kindly(ben: User) -> None:
    for _ in range(5):
        logged_in(password="a guess")
    form = {"login": "ben", "password": PASSWORD}
    answer = Client().post(reverse("account_login"), form)
    assert answer.status_code in {200, 429} and "_auth_user_id" not in answer.wsgi_request.session
    assert type(cache).__name__ and cache.get("nothing") is None
    from yesand.people.models import Cached

    assert Cached.objects.exists()  # where every process counts


def test_the_last_producer_stays(house: yesand.House) -> None:
    paula = people.account("paula", "producer", PASSWORD)
    seat = Seat.objects.get(user=paula)
    with pytest.raises(Refused, match="last producer"):
        end(seat)
    pete = people.account("pete", "rater", PASSWORD)
    give(pete, "producer", None)
    end(seat)
    with pytest.raises(Refused):
        end(Seat.objects.get(user=pete, role="producer"))
    assert kinds(paula) == ["seat:role:ended"] and kinds(pete) == ["seat:role:given"]


def test_a_producer_founds_an_organisation_and_gives_a_seat_in_it(house: yesand.House) -> None:
    people.account("paula", "producer", PASSWORD)
    people.account("lea", "rater", PASSWORD)
    paula = logged_in("paula")
    paula.post("/people/organisations/", {"name": "Lea's Lab", "slug": "leas", "kind": "licensee"})
    lab = Organisation.objects.get(slug="leas")
    assert len(lab.public_key) == 64
    form = {"user": "lea", "role": "licensee", "organisation": str(lab.pk)}
    assert paula.post("/people/seats/", form).status_code == 302
    assert Seat.objects.get(user__username="lea", role="licensee").organisation == lab
    wrong = paula.post("/people/seats/", {**form, "role": "rater"})
    assert wrong.status_code == 200 and "no organisation" in wrong.content.decode()
    page = logged_in("paula").get("/people/").content.decode()
    assert "lea" in page and "Lea&#x27;s Lab" in page


def test_the_pages_of_an_account_are_kept_nowhere(ben: User) -> None:
    client = logged_in()
    for name in ("account_tokens", "account_delegates", "account_leave"):
        assert "no-store" in client.get(reverse(name)).headers["Cache-Control"]
    cookie = client.cookies["sessionid"]
    assert cookie["httponly"] and cookie["samesite"] == "Lax"
