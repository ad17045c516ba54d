"""Error pages are kind, and their reference is in the log."""

from __future__ import annotations

import logging
import re

import pytest
from django.test import Client
from django.urls import reverse
from stage import Stage

from yesand.kernel.errors import BadInput, NotFound, Refused
from yesand.people import views
from yesand.people.sight import Request
from yesand.site.references import WithReference, new_reference

REFERENCE = re.compile(r"Reference: <code>([0-9A-Z]{4}-[0-9A-Z]{4})</code>")


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


def test_a_form_from_elsewhere_is_refused(stage: Stage) -> None:
    strict = Client(enforce_csrf_checks=True)
    response = strict.post(reverse("account_login"), {"login": "ada", "password": "x"})
    assert response.status_code == 403 and reference(response.content)


def test_a_strange_host_is_refused(stage: Stage) -> None:
    response = client(stage).get("/", headers={"host": "evil.example"})
    assert response.status_code == 400 and reference(response.content)


def test_references_differ_and_can_be_read_out() -> None:
    made = {new_reference() for _ in range(1000)}
    assert len(made) == 1000
    assert not set("".join(made)) & set("01AEIOLU")
