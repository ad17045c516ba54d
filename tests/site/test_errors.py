"""Error pages are kind, and their reference is in the log."""

from __future__ import annotations

import errno
import logging
import random
import re
from collections.abc import Iterator
from contextlib import contextmanager
from html import unescape
from pathlib import Path

import pytest
from django.db import connection
from django.test import Client
from django.urls import reverse
from stage import Stage

from yesand.kernel import durable
from yesand.kernel.errors import BadInput, NotFound, Refused
from yesand.people import views
from yesand.people.sight import Request
from yesand.site.references import WithReference, new_reference
from yesand.takes.models import Scene

REFERENCE = re.compile(r"Reference: <code>([0-9A-Z]{4}-[0-9A-Z]{4})</code>")


HIDDEN = re.compile(r'type="hidden" name="(\w+)" value="([^"]*)"')


@pytest.fixture
def written(caplog: pytest.LogCaptureFixture) -> pytest.LogCaptureFixture:
    caplog.handler.addFilter(WithReference())
    caplog.handler.setFormatter(logging.Formatter("[%(reference)s] %(message)s"))
    return caplog


def client(stage: Stage) -> Client:
    found = Client(raise_request_exception=False)
    found.force_login(stage.users["ada"])
    return found


def reference(page: bytes) -> str:
    found = REFERENCE.search(page.decode())
    assert found
    return found[1]


def test_what_is_not_there(stage: Stage, written: pytest.LogCaptureFixture) -> None:
    response = client(stage).get("/no/such/page")
    assert response.status_code == 404
    assert f"[{reference(response.content)}] Not Found" in written.text
    assert response.headers["X-Reference"] == reference(response.content)


def test_what_is_anothers_reads_like_what_is_not_there(stage: Stage) -> None:
    ben = stage.bens_take.sha256
    anothers = client(stage).get(reverse("take", args=[ben]))
    nothing = client(stage).get(reverse("take", args=["0" * 64]))
    assert anothers.status_code == nothing.status_code == 404
    plain = [REFERENCE.sub("", r.content.decode()) for r in (anothers, nothing)]
    tokens = [re.sub(r'value="\w{32,64}"', "", page) for page in plain]
    assert tokens[0] == tokens[1]


def test_our_own_mistake(
    stage: Stage, written: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_: object, **__: object) -> None:
        raise ZeroDivisionError("a secret of the machine room")

    monkeypatch.setattr(views, "listed", fail)
    response = client(stage).get(reverse("performers"))
    assert response.status_code == 500
    assert b"secret" not in response.content and b"nothing you did is lost" in response.content
    assert f"[{reference(response.content)}] Internal Server Error" in written.text
    assert "a secret of the machine room" in written.text


def test_a_mistake_of_the_page_around_it(
    stage: Stage, written: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("YESAND_HOUSE", str(stage.house.place.root / "gone"))
    response = client(stage).get(reverse("start"))
    assert response.status_code == 500 and reference(response.content) in written.text


@pytest.mark.parametrize(
    ("fault", "status"),
    [
        (NotFound("No such thing", remedy="Look elsewhere."), 404),
        (BadInput("That is no month", remedy="Write it as 2026-10."), 400),
        (Refused("That is closed", remedy="Open it."), 409),
    ],
)
def test_our_errors_say_what_to_do(
    stage: Stage,
    written: pytest.LogCaptureFixture,
    monkeypatch: pytest.MonkeyPatch,
    fault: BadInput | Refused,
    status: int,
) -> None:
    def refuse(request: Request, *_: object, **__: object) -> None:
        raise fault

    monkeypatch.setattr(views, "listed", refuse)
    response = client(stage).get(reverse("performers"))
    assert response.status_code == status
    assert fault.what.encode() in response.content and fault.remedy.encode() in response.content
    assert reference(response.content) in written.text


def test_a_full_disk_is_told_and_what_was_filled_in_is_in_the_page(
    stage: Stage, written: pytest.LogCaptureFixture
) -> None:
    """SQLite takes no more pages, as on a full disk; then there is room again."""
    wanted = {"title": "The ‘letter’ & <lamp>", "circumstances": "A kitchen, " * 1700 + "at night"}
    found = Client(raise_request_exception=False)
    found.force_login(stage.users["producer"])
    with full_registry():
        response = found.post(reverse("scene_new"), {**wanted, "emotion": "joy"})
        assert response.status_code == 507 and not Scene.objects.filter(title=wanted["title"])
        assert b"still here" in response.content and b"Send it again" in response.content
        assert f"[{reference(response.content)}] No room left" in written.text
        assert found.get(reverse("scenes")).status_code == 200
    fields = dict(HIDDEN.findall(response.content.decode()))
    again = found.post(reverse("scene_new"), {n: unescape(v) for n, v in fields.items()})
    assert again.status_code == 302
    assert Scene.objects.get(title=wanted["title"]).circumstances == wanted["circumstances"]


def test_a_file_that_finds_no_room(stage: Stage, monkeypatch: pytest.MonkeyPatch) -> None:
    def fill(*_: object, **__: object) -> None:
        raise durable.explained(OSError(errno.ENOSPC, "No space left on device"), Path("x"))

    monkeypatch.setattr(views, "listed", fill)
    response = client(stage).get(reverse("performers"))
    assert response.status_code == 507 and b"run the same command" not in response.content


def test_a_form_sent_too_late_to_a_full_registry(stage: Stage) -> None:
    """The session in which it would be kept finds no room: outside of every view."""
    text = random.Random(1).randbytes(25_000).hex()  # sessions are packed
    found = Client(raise_request_exception=False)
    with full_registry():
        response = found.post(reverse("scene_new"), {"title": "Late", "circumstances": text})
    assert response.status_code == 507
    assert dict(HIDDEN.findall(response.content.decode()))["circumstances"] == text


@contextmanager
def full_registry() -> Iterator[None]:
    with connection.cursor() as cursor:
        pages = cursor.execute("PRAGMA page_count").fetchone()[0]
        cursor.execute(f"PRAGMA max_page_count = {pages}")
        yield
        cursor.execute("PRAGMA max_page_count = 4294967294")


def test_a_form_from_elsewhere_is_refused(stage: Stage) -> None:
    strict = Client(enforce_csrf_checks=True)
    response = strict.post(reverse("account_login"), {"login": "ada", "password": "x"})
    assert response.status_code == 403 and reference(response.content)


def test_an_address_that_only_takes_a_form_says_so(stage: Stage) -> None:
    answer = client(stage).get(reverse("account_new_delegate"))
    assert answer.status_code == 405 and answer.headers["Allow"] == "POST"
    assert "only takes what a form sends" in answer.content.decode()


def test_a_strange_host_is_refused(stage: Stage) -> None:
    response = client(stage).get("/", headers={"host": "evil.example"})
    assert response.status_code == 400 and reference(response.content)


def test_references_differ_and_can_be_read_out() -> None:
    made = {new_reference() for _ in range(1000)}
    assert len(made) == 1000
    assert not set("".join(made)) & set("01AEIOLU")
