"""What an attacker would try first at the pages: headers, cookies, sessions, injected text."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.conf import settings
from django.contrib.auth import get_user
from django.core.cache import cache
from django.test import Client
from django.urls import reverse
from matrix import ROWS, Row
from stage import PASSWORD, Stage

import yesand
from yesand.people.models import Performer
from yesand.takes.models import Take

SCRIPT = "<script>alert(1)</script>"
IMAGE = "\"'><img src=x onerror=alert(1)>"
RIGHT_TO_LEFT = "\u202egnp.exe\u202c مرحبا"
READ = [row for row in ROWS if row.method == "get" and not row.address.startswith("api:")]
SENT = [row for row in ROWS if row.method != "get" and not row.address.startswith("api:")]
SRC = Path(yesand.__file__).parent
LISTS = ("takes", "agreements", "performers", "statements", "sessions", "log")


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


@pytest.mark.parametrize("row", READ, ids=lambda row: row.id)
def test_every_answer_says_how_it_may_be_read_and_kept(
    row: Row, stage: Stage, as_: dict[str, Client]
) -> None:
    for name in ("nobody", "producer"):
        answer = row.send(as_[name], stage)
        answer.close()
        headers = answer.headers
        assert headers["X-Content-Type-Options"] == "nosniff"
        assert headers["Referrer-Policy"] == "same-origin"
        assert headers["X-Frame-Options"] == "DENY"
        policy = headers["Content-Security-Policy"]
        assert "default-src 'none'" in policy
        if not policy.endswith("; sandbox"):  # a picture by itself, which can do nothing at all
            assert "object-src 'none'" in policy
            assert "base-uri 'none'" in policy and "frame-ancestors 'none'" in policy
        assert "unsafe-" not in policy and "*" not in policy
        assert "Access-Control-Allow-Origin" not in headers
        kind = headers.get("Content-Type", "")
        if kind.startswith(("text/", "application/xml")):
            assert "charset=utf-8" in kind.lower()
        if name == "producer" and answer.status_code == 200 and row.expected[0] != 200:
            assert headers["Cache-Control"].startswith(("private", "no-store", "max-age=0"))
            assert "Cookie" in headers.get("Vary", "") or "no-store" in headers["Cache-Control"]


def test_cookies_are_kept_from_scripts_and_from_other_sites(stage: Stage) -> None:
    client = Client()
    client.get(reverse("account_login"))
    log_in(client)
    for name in (settings.SESSION_COOKIE_NAME, settings.CSRF_COOKIE_NAME):
        cookie = client.cookies[name]
        assert cookie["httponly"] and cookie["samesite"] == "Lax" and not cookie["domain"]
    assert len(client.cookies[settings.SESSION_COOKIE_NAME].value) == 32  # of 36 signs: 165 bits


BEHIND_HTTPS = """
import json, sys, yesand
yesand.open(sys.argv[1])
from django.test import Client
said = {}
client = Client()
plain = client.get('/login/?next=/takes/')
said['plain'] = [plain.status_code, plain.headers['Location']]
page = client.get('/login/', headers={'x-forwarded-proto': 'https'})
said['api'] = client.get('/api/openapi.json').status_code
said['hsts'] = page.headers['Strict-Transport-Security']
client.post('/login/', {'login': 'ada', 'password': sys.argv[2]},
            headers={'x-forwarded-proto': 'https'})
client.post('/language/', {'language': 'de'}, headers={'x-forwarded-proto': 'https'})
said['cookies'] = [morsel.OutputString() for morsel in client.cookies.values()]
said['me'] = client.get('/me/', headers={'x-forwarded-proto': 'https'}).status_code
print(json.dumps(said))
"""


def test_behind_https_nothing_goes_without_it(stage: Stage) -> None:
    ran = subprocess.run(
        [sys.executable, "-c", BEHIND_HTTPS, str(stage.house.place.root), PASSWORD],
        env={
            **os.environ,
            "PYTHONPATH": os.pathsep.join(sys.path),
            "YESAND_HTTPS": "1",
            "YESAND_HOUSE": str(stage.house.place.root),
        },
        capture_output=True,
        text=True,
        check=True,
    )
    said = json.loads(ran.stdout)
    assert said["plain"] == [301, "https://testserver/login/?next=/takes/"]
    assert said["api"] == 403
    assert said["hsts"] == "max-age=31536000; includeSubDomains"
    assert len(said["cookies"]) == 3 and said["me"] == 200
    own = [cookie for cookie in said["cookies"] if not cookie.startswith("django_language=de")]
    assert len(own) == 2 and all(cookie.startswith("__Host-") for cookie in own)
    for cookie in said["cookies"]:
        assert "Secure" in cookie and "Path=/" in cookie
        assert "HttpOnly" in cookie and "SameSite=Lax" in cookie and "Domain" not in cookie


def test_without_a_proxy_of_ours_a_header_makes_nothing_secure(stage: Stage) -> None:
    answer = Client().get("/", headers={"x-forwarded-proto": "https", "x-forwarded-host": "evil"})
    assert not answer.wsgi_request.is_secure()
    assert answer.wsgi_request.get_host() == "testserver"


@pytest.mark.parametrize(
    "address",
    ["https://evil.example/", "//evil.example", "/\\evil.example", "javascript:alert(1)", "http:x"],
)
def test_the_way_back_leads_nowhere_else(stage: Stage, address: str) -> None:
    answer = Client().post(
        reverse("account_login"), {"login": "ada", "password": PASSWORD, "next": address}
    )
    assert answer.status_code == 302 and answer.headers["Location"] == reverse("me")
    answer = Client().post(reverse("set_language"), {"language": "de", "next": address})
    assert answer.headers["Location"] == "/"


@pytest.mark.parametrize("name", LISTS)
@pytest.mark.parametrize(
    "text", ["' OR '1'='1", "%' OR 1=1 --", "'; DROP TABLE takes_take; --", "\\", "%", "_"]
)
def test_a_filter_is_only_ever_text(name: str, text: str, as_: dict[str, Client]) -> None:
    told = dict.fromkeys(
        ("performer", "emotion", "state", "session", "kind", "q", "handle", "order", "page"), text
    )
    page = as_["ada"].get(reverse(name), told)
    assert page.status_code == 200
    assert b"Ben Actor" not in page.content and b"Cleo Actor" not in page.content
    assert Take.objects.count() == 13


@pytest.mark.parametrize("query", ["performer=%00", "q=a%00b", "kind=%00", "next=%00"])
def test_a_byte_that_no_text_holds_is_bad_input(query: str, as_: dict[str, Client]) -> None:
    for path in ("/takes/", "/performers/", "/log/", "/login/"):
        assert as_["ada"].get(f"{path}?{query}").status_code == 400
    for path in ("/api/newsroom/articles", "/api/nothing-here"):
        told = as_["ada"].get(f"{path}?{query}")
        assert told.headers["Content-Type"] == "application/problem+json"
        assert told.status_code == told.json()["status"] == 400


def test_a_program_that_asks_for_what_is_not_there_is_told_in_its_own_words(
    as_: dict[str, Client],
) -> None:
    told = as_["ada"].get("/api/nothing-here")
    assert told.headers["Content-Type"] == "application/problem+json" and told.status_code == 404


@pytest.mark.parametrize("text", [SCRIPT, IMAGE, RIGHT_TO_LEFT, "{{ settings.SECRET_KEY }}"])
def test_a_name_is_never_markup(text: str, stage: Stage, as_: dict[str, Client]) -> None:
    Performer.objects.filter(handle="Ada").update(credit_name=text)
    for row in READ:
        answer = row.send(as_["producer"], stage)
        shown = "" if answer.streaming else answer.content.decode("utf-8", "ignore")
        answer.close()
        if answer.headers.get("Content-Type", "").startswith(("text/html", "image/svg")):
            assert SCRIPT not in shown and "<img src=x" not in shown
            assert settings.SECRET_KEY not in shown


@pytest.mark.parametrize(
    "path",
    [
        "/static/../settings.py",
        "/static/%2e%2e/settings.py",
        "/static/..%2f..%2fsettings.py",
        "/static//etc/passwd",
        "/takes/..%2f..%2fhouse.json/media/",
        "/takes/%2e%2e/media/",
        "/.git/config",
        "/house.json",
        "/keys/",
        "/admin/",
        "/static/",
        "/static/vendor/",
        "/media/",
    ],
)
def test_no_path_leads_out_of_what_is_served(path: str, as_: dict[str, Client]) -> None:
    for name in ("nobody", "producer"):
        answer = as_[name].get(path)
        assert answer.status_code in {302, 404}, path
        assert "/login/" in answer.headers.get("Location", "/login/")


@pytest.mark.parametrize("method", ["TRACE", "CONNECT", "TRACK", "PROPFIND"])
def test_methods_that_nobody_needs_are_refused(method: str, stage: Stage) -> None:
    answer = Client().generic(method, "/", headers={"x-secret": "of the proxy"})
    assert answer.status_code == 405 and b"of the proxy" not in answer.content
    assert "GET" in answer.headers["Allow"] and "TRACE" not in answer.headers["Allow"]


@pytest.mark.parametrize("row", SENT, ids=lambda row: row.id)
def test_a_form_without_our_own_mark_changes_nothing(row: Row, stage: Stage) -> None:
    client = Client(enforce_csrf_checks=True)
    client.force_login(stage.users["producer"])
    assert row.send(client, stage).status_code == 403


def test_a_form_of_megabytes_or_of_thousands_of_fields_is_refused(stage: Stage) -> None:
    address = reverse("account_login")
    assert Client().post(address, {"login": "x" * 3_000_000}).status_code in {400, 413}
    assert Client().post(address, {f"f{n}": "" for n in range(1_001)}).status_code in {400, 413}


def test_a_broken_page_shows_nothing_of_the_machine_room(
    stage: Stage, monkeypatch: pytest.MonkeyPatch
) -> None:
    from yesand.people import views

    secret, root = settings.SECRET_KEY, str(stage.house.place.root)

    def fail(*_: object, **__: object) -> None:
        raise RuntimeError(f"{secret} {root} SELECT * FROM people_user")

    monkeypatch.setattr(views, "listed", fail)
    client = Client(raise_request_exception=False)
    client.force_login(stage.users["ada"])
    answer = client.get(reverse("performers"))
    shown = answer.content.decode() + str(answer.headers)
    assert answer.status_code == 500
    for told in (secret, root, "SELECT", "RuntimeError", "Traceback", "site-packages", "Django"):
        assert told not in shown


def test_a_line_of_the_log_is_one_line(stage: Stage, capfd: pytest.CaptureFixture[str]) -> None:
    Client().get("/no%0a2026-01-01 ERROR forged")
    lines = [line for line in capfd.readouterr().err.splitlines() if "forged" in line]
    assert len(lines) <= 1 and not any(line.startswith("2026-01-01 ERROR") for line in lines)


def test_no_script_of_ours_makes_markup_or_code_of_text() -> None:
    scripts = [p for p in SRC.rglob("*.js") if "vendor" not in p.parts]
    risky = re.compile(
        r"innerHTML|outerHTML|insertAdjacentHTML|document\.write|\beval\(|new Function|srcdoc"
        r"|(?:window|parent|opener)\.postMessage|addEventListener\([\"']message"
        r"|localStorage|sessionStorage|__proto__"
    )
    # Heidi's answers come as pieces of pages, written and escaped by our own server's templates.
    pieces = re.compile(r"\.innerHTML = (?:html|await response\.text\(\));")
    found = {str(p): risky.findall(pieces.sub("", p.read_text("utf-8"))) for p in scripts}
    assert {name: hits for name, hits in found.items() if hits} == {}


SECRETS = """
import hashlib, os
os.environ['DJANGO_SETTINGS_MODULE'] = 'yesand.site.settings'
from django.conf import settings
print(hashlib.sha256(settings.SECRET_KEY.encode()).hexdigest(), settings.DEBUG,
      settings.DATABASES['default']['ENGINE'], settings.EMAIL_BACKEND)
"""


def told(**environment: str) -> list[str]:
    """Return what another process's settings say."""
    mine = {k: v for k, v in os.environ.items() if not k.startswith(("YESAND_", "DATABASE"))}
    ran = subprocess.run(
        [sys.executable, "-c", SECRETS],
        env={**mine, "PYTHONPATH": os.pathsep.join(sys.path), **environment},
        capture_output=True,
        text=True,
        check=True,
    )
    return ran.stdout.split()


def test_secrets_come_from_the_environment_or_a_file(stage: Stage, tmp_path: Path) -> None:
    (tmp_path / "secret").write_text("from a vault\n")
    (tmp_path / "database").write_text("postgres://someone:secret@db.example/yesand\n")
    from_file = told(
        YESAND_SECRET_FILE=str(tmp_path / "secret"),
        DATABASE_URL_FILE=str(tmp_path / "database"),
        YESAND_MAIL="smtp://mail.example",
    )
    assert from_file[0] == told(YESAND_SECRET="from a vault")[0]
    assert from_file[2].endswith("postgresql") and from_file[3].endswith("smtp.EmailBackend")
    assert told(YESAND_HOUSE=str(stage.house.place.root))[0] != told(YESAND_SECRET="x")[0]


def test_nothing_is_in_debugging(stage: Stage) -> None:
    assert told()[1] == "False" and settings.DEBUG is False
    page = Client().get("/no/such/page").content.decode()
    assert "urlpatterns" not in page and "DEBUG" not in page
