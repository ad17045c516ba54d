"""Sessions and passwords, as somebody would try to steal, guess or outlive them."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

import pytest
from allauth.mfa.totp.internal.auth import (
    TOTP,
    format_hotp_value,
    generate_totp_secret,
    hotp_value,
    yield_hotp_counters_from_time,
)
from django.conf import settings
from django.contrib.auth import get_user
from django.contrib.auth.password_validation import validate_password
from django.contrib.sessions.models import Session
from django.core.cache import cache
from django.core.exceptions import ValidationError
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from stage import PASSWORD, Stage


@pytest.fixture(autouse=True)
def forgotten(stage: Stage) -> Iterator[None]:
    """Nobody's failed attempts are counted from one test to the next."""
    cache.clear()
    yield
    cache.clear()


def log_in(client: Client, password: str = PASSWORD, **more: str) -> object:
    return client.post(reverse("account_login"), {"login": "ada", "password": password, **more})


def who(client: Client) -> str:
    """Return whom a browser's session is of; nothing for nobody."""
    return str(get_user(client))  # type: ignore[arg-type]


def test_logging_in_makes_a_new_session_and_ends_the_old(stage: Stage) -> None:
    client = Client()
    client.get(reverse("account_login"))
    client.cookies[settings.SESSION_COOKIE_NAME] = "planted0123456789abcdefghijklmno"
    log_in(client)
    first = client.cookies[settings.SESSION_COOKIE_NAME].value
    assert first != "planted0123456789abcdefghijklmno" and who(client) == "ada"
    client.post(reverse("account_logout"))
    log_in(client)
    assert client.cookies[settings.SESSION_COOKIE_NAME].value != first


def test_who_logged_out_cannot_come_back_by_the_old_cookie(stage: Stage) -> None:
    client, thief = Client(), Client()
    log_in(client)
    thief.cookies[settings.SESSION_COOKIE_NAME] = client.cookies[settings.SESSION_COOKIE_NAME].value
    assert thief.get(reverse("me")).status_code == 200
    gone = client.post(reverse("account_logout"))
    assert gone.headers["Clear-Site-Data"] == '"cache"'
    assert thief.get(reverse("me")).status_code == 302


def test_following_a_link_logs_nobody_out(stage: Stage) -> None:
    client = Client()
    log_in(client)
    client.get(reverse("account_logout"))
    assert who(client) == "ada"


def test_a_wrong_name_and_a_wrong_password_sound_alike(stage: Stage) -> None:
    pages = [
        Client().post(reverse("account_login"), {"login": name, "password": "no such"}).content
        for name in ("ada", "nobody-of-this-name")
    ]
    for page in pages:
        assert b"not correct" in page and b"no such" not in page


def test_whoever_guesses_on_and_on_is_stopped(stage: Stage) -> None:
    for _ in range(5):
        log_in(Client(), "a guess")
    client = Client()
    log_in(client)
    assert who(client) == "AnonymousUser"
    other = Client()
    other.post(reverse("account_login"), {"login": "ben", "password": PASSWORD})
    assert who(other) == "ben"  # one's guesses shut nobody else out


def test_a_session_left_alone_ends_within_a_working_day(stage: Stage) -> None:
    client = Client()
    log_in(client)
    kept = Session.objects.get(pk=client.cookies[settings.SESSION_COOKIE_NAME].value)
    assert kept.expire_date - timezone.now() <= timedelta(hours=8)
    kept.expire_date = timezone.now() - timedelta(seconds=1)
    kept.save()
    assert client.get(reverse("me")).status_code == 302


def test_a_code_from_an_app_opens_once(stage: Stage) -> None:
    secret = generate_totp_secret()
    TOTP.activate(stage.users["ada"], secret)
    code = format_hotp_value(hotp_value(secret, next(iter(yield_hotp_counters_from_time()))))
    opened = []
    for _ in range(2):
        client = Client()
        log_in(client)
        client.post(reverse("mfa_authenticate"), {"code": code})
        opened.append(who(client))
    assert opened == ["ada", "AnonymousUser"]
    assert len(list(yield_hotp_counters_from_time())) == 1  # good for its own 30 seconds alone


def test_a_new_password_asks_for_the_old_one(stage: Stage) -> None:
    client = Client()
    log_in(client)
    page = client.get(reverse("account_change_password")).content.decode()
    assert page.count('type="password"') == 3 and "onpaste" not in page
    new = {"oldpassword": "wrong", "password1": "quite another line", "password2": ""}
    client.post(reverse("account_change_password"), {**new, "password2": new["password1"]})
    stage.users["ada"].refresh_from_db()
    assert stage.users["ada"].check_password(PASSWORD)


def test_a_new_password_ends_the_other_sessions(stage: Stage) -> None:
    here, elsewhere = Client(), Client()
    log_in(here)
    log_in(elsewhere)
    new = {"oldpassword": PASSWORD, "password1": "quite another line"}
    here.post(reverse("account_change_password"), {**new, "password2": new["password1"]})
    assert elsewhere.get(reverse("me")).status_code == 302


@pytest.mark.parametrize(
    "password",
    ["Yes-And-2026", "performer123", "heidiheidi", "password1", "12345678", "short", "ada"],
)
def test_what_is_guessed_first_is_no_password(stage: Stage, password: str) -> None:
    with pytest.raises(ValidationError):
        validate_password(password, stage.users["ada"])


@pytest.mark.parametrize(
    "password", ["x" * 40 + "…and a cat’s 64 signs, or more, are fine", "ruhig♥blau"]
)
def test_any_signs_at_any_length_make_a_password(stage: Stage, password: str) -> None:
    validate_password(password, stage.users["ada"])
    stage.users["ada"].set_password(password)
    assert stage.users["ada"].check_password(password)
    assert not stage.users["ada"].check_password(password.upper())
    assert not stage.users["ada"].check_password(password[:-1])


def test_a_password_is_kept_slow_and_salted(stage: Stage) -> None:
    stage.users["ada"].set_password(PASSWORD)
    method, rounds, salt, _ = stage.users["ada"].password.split("$")
    assert method == "pbkdf2_sha256" and int(rounds) >= 600_000 and len(salt) >= 22
