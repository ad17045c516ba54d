"""Meetings over the API, by a token."""

from __future__ import annotations

import hashlib
from typing import Any

import pytest
from django.test import Client
from stage import Stage

from yesand.kernel.clock import instant, stamp
from yesand.meetings.calendars.services import Wishes, set_hours
from yesand.meetings.hours import DAY, Weekly
from yesand.meetings.models import Meeting
from yesand.people.models import Token

NOW = "2026-11-02T08:00:00Z"


@pytest.fixture(autouse=True)
def rehearsal(monkeypatch: pytest.MonkeyPatch, stage: Stage) -> None:
    """It is the second of November, and the producer can be met at any time in Berlin."""
    monkeypatch.setenv("YESAND_NOW", NOW)
    daily = [Weekly(day, 0, DAY) for day in range(7)]
    set_hours(stage.users["producer"], "Europe/Berlin", daily, [], Wishes(notice=0), {})


def bearer(stage: Stage, who: str, *scopes: str) -> dict[str, str]:
    Token.objects.create(
        user=stage.users[who],
        name="test",
        digest=hashlib.sha256(b"secret").hexdigest(),
        scopes=list(scopes),
        created_at=stage.house.place.clock.now(),
    )
    return {"Authorization": "Bearer secret"}


def test_a_token_books_moves_and_cancels_within_its_scopes(stage: Stage) -> None:
    client, headers = Client(), bearer(stage, "ada", "meetings:read", "meetings:write")

    def ask(method: str, path: str, **data: Any) -> Any:
        send = getattr(client, method)
        if method == "get":
            return send(path, data, headers=headers)
        return send(path, data, content_type="application/json", headers=headers)

    (producer,) = ask("get", "/api/meetings/people").json()
    who = {"kind": "talk", "who": [producer["id"]], "length": 30}
    slots = ask("get", "/api/meetings/free", **who, day="2026-11-04").json()
    assert slots[0]["starts_at"] == "2026-11-04T00:00:00Z" and len(slots) > 90
    berlin = {"wall": "2026-11-04T11:00", "zone": "Europe/Berlin"}
    made = ask("post", "/api/meetings", **who, **berlin)
    assert made.status_code == 201 and made.json()["starts_at"] == "2026-11-04T10:00:00Z"
    path = f"/api/meetings/{made.json()['uid']}"
    gap = ask("post", f"{path}/move", wall="2027-03-28T02:30", zone="Europe/Berlin")
    assert gap.status_code == 422 and "There is no 02:30" in gap.json()["title"]
    moved = ask("post", f"{path}/move", starts_at="2026-11-05T10:00:00Z", sequence=0)
    assert moved.json()["sequence"] == 1
    assert ask("post", f"{path}/cancel", reason="ill").json()["state"] == "cancelled"
    assert [m["state"] for m in ask("get", "/api/meetings").json()] == ["cancelled"]


def test_a_token_that_may_only_read_books_nothing(stage: Stage) -> None:
    headers = bearer(stage, "ada", "meetings:read")
    told = {"kind": "talk", "who": [stage.users["producer"].pk], "starts_at": stamp(instant(NOW))}
    answer = Client().post("/api/meetings", told, content_type="application/json", headers=headers)
    assert answer.status_code == 403 and not Meeting.objects.exists()
