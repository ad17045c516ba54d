"""Second factors: who must have one, and the recovery codes that stand in for it, once."""

from __future__ import annotations

import re
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import pytest
from allauth.mfa.models import Authenticator
from allauth.mfa.totp.internal.auth import TOTP, format_hotp_value, generate_totp_secret, hotp_value
from django.contrib.sessions.models import Session
from django.db import connections
from django.test import Client, override_settings
from django.urls import reverse
from logging_in import PASSWORD, TOKEN, kinds, logged_in

import yesand
from yesand.kernel.errors import Refused
from yesand.people import services as people
from yesand.people.factors.services import codes_left, looks_like_one, new_codes, use_code
from yesand.people.models import Event, Organisation, RecoveryCode, Seat, Token, User

pytestmark = pytest.mark.one_database


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


def test_who_guesses_at_a_second_factor_is_in_the_history(ben: User) -> None:
    TOTP.activate(ben, generate_totp_secret())
    second_step(Client(), "000000")
    event = Event.objects.filter(user=ben).first()
    assert event is not None
    assert (event.kind, event.detail) == ("session:login:failed", "second factor")
