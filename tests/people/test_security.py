"""What keeps an account safe: asking again, history, sessions, tokens, factors, limits."""

from __future__ import annotations

import re
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from threading import Barrier

import pytest
from allauth.mfa.models import Authenticator
from allauth.mfa.totp.internal.auth import TOTP, format_hotp_value, generate_totp_secret, hotp_value
from django.contrib.sessions.models import Session
from django.core.cache import cache
from django.db import DatabaseError, connections, transaction
from django.test import Client, override_settings
from django.urls import reverse
from django.utils import timezone

import yesand
from yesand.kernel.clock import instant, stamp
from yesand.kernel.errors import BadInput, Refused
from yesand.people import services as people
from yesand.people.factors.services import codes_left, looks_like_one, new_codes, use_code
from yesand.people.happenings import WORDS, Happened, described, shortened
from yesand.people.models import Event, Organisation, RecoveryCode, Seat, Token, User
from yesand.people.seating.services import end, give
from yesand.people.security.services import make_token

PASSWORD = "a line of one's own"


@pytest.fixture
def ben(house: yesand.House) -> User:
    return people.account("ben", "rater", PASSWORD)


def logged_in(name: str = "ben", password: str = PASSWORD, **headers: str) -> Client:
    client = Client(headers=headers)
    client.post(reverse("account_login"), {"login": name, "password": password})
    return client


def kinds(user: User) -> list[str]:
    return list(Event.objects.filter(user=user).order_by("pk").values_list("kind", flat=True))


def long_ago(client: Client) -> None:
    """Make the proof of who it is older than it may be."""
    session = client.session
    session["proven_at"] = stamp(instant(session["proven_at"]) - timedelta(minutes=11))
    session.save()


TOKEN = {"name": "my lab", "scopes": ["usage:write", "corpus:read"], "days": "30"}


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


def test_who_guesses_at_a_second_factor_is_in_the_history(ben: User) -> None:
    TOTP.activate(ben, generate_totp_secret())
    second_step(Client(), "000000")
    event = Event.objects.filter(user=ben).first()
    assert event is not None
    assert (event.kind, event.detail) == ("session:login:failed", "second factor")


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


def code_of(secret: str) -> str:
    import time

    return str(format_hotp_value(hotp_value(secret, int(time.time()) // 30)))


def test_a_second_factor_is_asked_for_after_the_password(ben: User) -> None:
    secret = generate_totp_secret()
    TOTP.activate(ben, secret)
    assert secret not in str(Authenticator.objects.get().data)  # sealed
    client = Client()
    first = client.post(reverse("account_login"), {"login": "ben", "password": PASSWORD})
    assert first.headers["Location"] == reverse("mfa_authenticate")
    assert client.get(reverse("me")).status_code == 302
    assert client.post(reverse("mfa_authenticate"), {"code": "000000"}).status_code == 200
    assert client.post(reverse("mfa_authenticate"), {"code": code_of(secret)}).status_code == 302
    assert client.get(reverse("me")).status_code == 200
    assert Event.objects.get(kind="session:login:succeeded").detail == "password, totp"


def second_step(client: Client, code: str) -> int:
    client.post(reverse("account_login"), {"login": "ben", "password": PASSWORD})
    return client.post(reverse("mfa_authenticate"), {"code": code}).status_code


def test_a_code_opens_once(ben: User) -> None:
    secret = generate_totp_secret()
    TOTP.activate(ben, secret)
    code = code_of(secret)
    assert [second_step(Client(), code) for _ in range(2)] == [302, 200]


def test_a_recovery_code_opens_once(house: yesand.House, ben: User) -> None:
    TOTP.activate(ben, generate_totp_secret())
    code = new_codes(house.place, ben)[0]
    assert [second_step(Client(), code) for _ in range(2)] == [302, 200]


def test_of_a_recovery_code_nothing_is_kept_that_could_show_it(
    house: yesand.House, ben: User
) -> None:
    secret = generate_totp_secret()
    TOTP.activate(ben, secret)
    client = logged_in()
    client.post(reverse("mfa_authenticate"), {"code": code_of(secret)})
    page = client.post(reverse("mfa_new_recovery_codes")).content.decode()
    codes = re.findall(r"<code>([a-z0-9-]{29})</code>", page)
    assert len(set(codes)) == 10 and kinds(ben)[-1] == "account:codes:renewed"
    rows = str(list(RecoveryCode.objects.values())) + str(list(Authenticator.objects.values()))
    sessions = str([row.get_decoded() for row in Session.objects.all()])
    for code in codes:
        assert code not in rows + sessions and code.replace("-", "") not in rows + sessions
        assert code not in client.get(reverse("mfa_recovery_codes")).content.decode()
    assert "seed" not in rows and all(looks_like_one(code) for code in codes)


def test_new_recovery_codes_end_the_old(house: yesand.House, ben: User) -> None:
    TOTP.activate(ben, generate_totp_secret())
    old, new = (new_codes(house.place, ben)[0] for _ in range(2))
    assert not use_code(house.place, ben, old)
    assert use_code(house.place, ben, new.replace("-", " ").upper())  # as people type
    assert codes_left(ben) == 9


def test_nobody_opens_with_anothers_recovery_code(house: yesand.House, ben: User) -> None:
    rita = people.account("rita", "rater", PASSWORD)
    for user in (ben, rita):
        TOTP.activate(user, generate_totp_secret())
    hers = new_codes(house.place, rita)[0]
    assert second_step(Client(), hers) == 200
    assert kinds(ben)[-1] == "session:login:failed"  # who had the password is told of
    assert codes_left(rita) == 10


def test_of_eight_who_use_one_recovery_code_at_once_one_gets_in(
    house: yesand.House, ben: User
) -> None:
    TOTP.activate(ben, generate_totp_secret())
    code, together = new_codes(house.place, ben)[0], Barrier(8)

    def tried(_: int) -> bool:
        try:
            together.wait()
            return use_code(house.place, ben, code)
        finally:
            connections.close_all()

    with ThreadPoolExecutor(8) as pool:
        assert sorted(pool.map(tried, range(8))) == [False] * 7 + [True]


def test_without_a_factor_there_are_no_recovery_codes(house: yesand.House, ben: User) -> None:
    with pytest.raises(Refused, match="no passkey or app"):
        new_codes(house.place, ben)


@pytest.mark.parametrize("role", Seat.Role.values)
def test_everybody_needs_a_second_factor_unless_the_house_says_otherwise(
    house: yesand.House, role: str
) -> None:
    user = people.account("paula", "rater", PASSWORD)
    lab = Organisation.objects.filter(kind="licensee").first() if role == "licensee" else None
    Seat.objects.filter(user=user).update(role=role, organisation=lab)
    assert house.place.settings["second_factor"] == "everyone"
    with override_settings(REQUIRE_MFA=""):
        client = logged_in("paula")
        for name in ("takes", "me", "account_tokens", "account_export"):
            assert client.get(reverse(name)).headers["Location"] == reverse("mfa_first")
        assert client.get("/api/me").status_code == 403
        for name in ("mfa_first", "mfa_index", "mfa_activate_totp", "account", "mfa_add_webauthn"):
            assert client.get(reverse(name)).status_code == 200
        TOTP.activate(user, generate_totp_secret())
        assert client.get(reverse("takes")).status_code == 200


@override_settings(REQUIRE_MFA="producer, auditor")
def test_a_house_may_ask_some_roles_alone(house: yesand.House, ben: User) -> None:
    people.account("paula", "producer", PASSWORD)
    assert logged_in().get(reverse("takes")).status_code == 200
    assert logged_in("paula").get(reverse("takes")).headers["Location"] == reverse("mfa_first")


@override_settings(REQUIRE_MFA="producers")
def test_a_word_that_the_house_does_not_know_asks_everybody(ben: User) -> None:
    assert logged_in().get(reverse("takes")).headers["Location"] == reverse("mfa_first")


@override_settings(REQUIRE_MFA="everyone")
def test_who_gets_a_second_factor_goes_on_where_they_were_going(ben: User) -> None:
    client = logged_in()
    wanted = reverse("account_history") + "?page=1"
    client.get(reverse("takes") + "?page=1")
    assert client.get(wanted).status_code == 200  # one's own safety is always open
    page = client.get(reverse("mfa_activate_totp")).content.decode()
    secret = page.partition('id="authenticator_secret">')[2].partition("<")[0]
    done = client.post(reverse("mfa_activate_totp"), {"code": code_of(secret)})
    assert done.headers["Location"] == reverse("mfa_recovery_codes")
    shown = client.post(reverse("mfa_new_recovery_codes")).content.decode()
    assert f'href="{reverse("takes")}?page=1"' in shown
    assert client.get(reverse("takes")).status_code == 200


@override_settings(REQUIRE_MFA="everyone")
def test_what_was_filled_in_is_kept_while_a_second_factor_is_asked_for(ben: User) -> None:
    client = logged_in()
    assert client.post(reverse("account_new_token"), TOKEN).headers["Location"] == reverse(
        "mfa_first"
    )
    assert client.session["wanted"] == reverse("account_resume") and not Token.objects.exists()
    TOTP.activate(ben, generate_totp_secret())
    assert (
        "my lab"
        in client.get(client.get(reverse("mfa_first")).headers["Location"]).content.decode()
    )


@override_settings(REQUIRE_MFA="everyone")
def test_whose_last_factor_is_removed_is_asked_for_another_everywhere(
    house: yesand.House, ben: User
) -> None:
    secret = generate_totp_secret()
    factor = TOTP.activate(ben, secret)
    here, elsewhere = Client(), Client()
    codes = new_codes(house.place, ben)
    for client, code in ((here, codes[0]), (elsewhere, codes[1])):
        client.post(reverse("account_login"), {"login": "ben", "password": PASSWORD})
        client.post(reverse("mfa_authenticate"), {"code": code})
        assert client.get(reverse("takes")).status_code == 200
    here.post(reverse("mfa_deactivate_totp"))
    assert not Authenticator.objects.filter(pk=factor.instance.pk).exists()
    assert here.get(reverse("takes")).headers["Location"] == reverse("mfa_first")
    assert elsewhere.get(reverse("takes")).headers["Location"].startswith("/login/")
    assert codes_left(ben) == 0


def test_where_a_password_is_enough_the_account_says_so(ben: User) -> None:
    assert "a password is enough" in logged_in().get(reverse("account")).content.decode()
    TOTP.activate(ben, generate_totp_secret())
    client = Client()
    client.force_login(ben)
    assert "a password is enough" not in client.get(reverse("account")).content.decode()


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
