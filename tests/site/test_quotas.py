"""What one performer sends, and what one organisation's bad rows take, has an end, kindly told."""

from __future__ import annotations

import json

import pytest
from django.test import Client
from stage import Stage, delivered
from takes_on_stage import project_of

from yesand.people.models import Organisation
from yesand.royalties.delivering.services import in_quarantine
from yesand.royalties.models import Delivery
from yesand.takes.models import Upload

EVENTS = "application/cloudevents-batch+json"


def test_more_recordings_than_may_wait_stay_on_the_device(
    stage: Stage, as_: dict[str, Client], monkeypatch: pytest.MonkeyPatch
) -> None:
    project = project_of(stage)
    body = {"project": project.slug, "scene": project.scenes.get().slug, "name": "a.wav"}
    monkeypatch.setenv("YESAND_UPLOAD_WAITING", "1500")
    answers = [
        as_["ada"].post(
            "/api/uploads",
            {**body, "size": 1000},
            content_type="application/json",
            headers={"Idempotency-Key": key},
        )
        for key in ("one", "two", "one")
    ]
    assert [answer.status_code for answer in answers] == [201, 413, 200]
    told = answers[1].json()
    assert answers[1]["Content-Type"] == "application/problem+json"
    assert "2,000 bytes" in told["title"] and "it stays with you" in told["detail"]
    assert Upload.objects.count() == 1


def test_an_organisations_quarantine_has_an_end(
    stage: Stage, as_: dict[str, Client], monkeypatch: pytest.MonkeyPatch
) -> None:
    first = delivered(stage)  # one row of it is nobody's
    lab, other = (Organisation.objects.get(slug=slug) for slug in ("house-lab", "other-lab"))
    held = in_quarantine(stage.house.place, lab)
    assert held > 0 == in_quarantine(stage.house.place, other)
    monkeypatch.setenv("YESAND_QUARANTINE_MAX", str(held))
    event = {
        "specversion": "1.0",
        "id": "new",
        "source": "https://lab.example/night-line",
        "type": "org.yes-and.usage.v1",
        "time": "2026-11-01T10:00:00Z",
        "subject": "night-line",
        "data": {"unit": "request", "quantity": 1},
    }
    refused = as_["lab"].post("/api/usage", json.dumps([event]), content_type=EVENTS)
    assert refused.status_code == 413 and "send this again" in refused.json()["detail"]
    assert delivered(stage) == first and Delivery.objects.count() == 1
    monkeypatch.setenv("YESAND_QUARANTINE_MAX", str(held + 1))
    taken = as_["lab"].post("/api/usage", json.dumps([event]), content_type=EVENTS)
    assert taken.status_code == 200 and taken.json()["accepted"] == 1
