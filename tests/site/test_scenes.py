"""Scenes, projects, the queue and the upload's API, as people and programs meet them."""

from __future__ import annotations

import base64
import hashlib
import json
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from stage import Stage
from takes_on_stage import project_of, upload_of

from yesand.agreements.services import withdraw
from yesand.people.models import Token
from yesand.people.sight import Sight
from yesand.takes.models import Project, Review, Scene, Take, Upload
from yesand.takes.reviewing.services import review
from yesand.takes.uploading.parts import PART
from yesand.takes.waiting import waiting

NASTY = "<script>alert(1)</script> שלום \u202e evil"


class Asked:
    """What `waiting` needs of a request."""

    def __init__(self, stage: Stage, who: str) -> None:
        self.place = stage.house.place
        self.sight = Sight.of(stage.users[who])


def waits(stage: Stage, who: str) -> list[str]:
    return [str(row.what) for row in waiting(Asked(stage, who))]  # type: ignore[arg-type]


def test_script_and_right_to_left_text_is_shown_as_text(
    stage: Stage, as_: dict[str, Client]
) -> None:
    project_of(stage)
    told = {"title": NASTY, "circumstances": NASTY * 300, "turns": NASTY, "emotion": "Joy "}
    made = as_["producer"].post(reverse("scene_new"), told)
    page = as_["producer"].get(made.headers["Location"]).content.decode()
    assert "<script>alert" not in page and "&lt;script&gt;alert" in page and "שלום" in page
    assert '<h1 dir="auto">' in page and '<p class="said" dir="auto">' in page
    assert Scene.objects.get(title=NASTY).emotion == "joy"


def test_bad_words_in_a_form_lose_nothing(stage: Stage, as_: dict[str, Client]) -> None:
    long = "x" * 20_001
    page = as_["producer"].post(reverse("scene_new"), {"title": "", "turns": long})
    text = page.content.decode()
    assert page.status_code == 422 and long in text and not Scene.objects.filter(title="").exists()


def test_a_producer_makes_a_project_and_the_performer_finds_it(
    stage: Stage, as_: dict[str, Client]
) -> None:
    scenes = [
        Scene.objects.create(slug=f"s{n}", title=f"Scene {n}", emotion="joy") for n in (1, 2, 3)
    ]
    told: dict[str, Any] = {
        "title": "Autumn",
        "template": "standard/recognition",
        "open": "on",
        "performers": [stage.ada.pk],
        f"place-{scenes[2].pk}": 1,
        f"place-{scenes[0].pk}": 2,
    }
    made = as_["producer"].post(reverse("project_new"), told)
    project = Project.objects.get(title="Autumn")
    assert made.headers["Location"] == reverse("project", args=[project.slug])
    assert [p.scene.slug for p in project.placings.all()] == ["s3", "s1"]
    mine = as_["ada"].get(reverse("scenes")).content.decode()
    assert "Autumn" in mine and "Scene 3" in mine and "Scene 2" not in mine
    assert "Autumn" not in as_["ben"].get(reverse("scenes")).content.decode()
    as_["producer"].post(
        reverse("project_edit", args=[project.slug]), {**told, f"place-{scenes[1].pk}": 3}
    )
    assert [p.scene.slug for p in project.placings.all()] == ["s3", "s1", "s2"]
    assert project.castings.get().performer == stage.ada


def test_without_an_agreement_the_recorder_says_what_to_sign(
    stage: Stage, as_: dict[str, Client]
) -> None:
    project = project_of(stage)
    address = reverse("record", args=[project.slug, "the-letter"])
    assert b"data-recorder" in as_["ada"].get(address).content
    withdraw(stage.house.place, stage.ada)
    page = as_["ada"].get(address).content
    assert b"Sign first, then record" in page and b"data-recorder" not in page
    answer = send(as_["ada"], "post", "", begun(project))
    assert answer.status_code == 409 and b"Sign it first" in answer.content
    assert any("Sign the agreement" in what for what in waits(stage, "ada"))


def test_a_closed_project_takes_no_more(stage: Stage, as_: dict[str, Client]) -> None:
    project = project_of(stage)
    Project.objects.update(open=False)
    address = reverse("record", args=[project.slug, "the-letter"])
    assert b"takes no more recordings" in as_["ada"].get(address).content
    assert send(as_["ada"], "post", "", begun(project)).status_code == 409


def test_what_waits_is_told_to_whom_it_concerns(stage: Stage) -> None:
    assert waits(stage, "ben") == [] and waits(stage, "auditor") == []
    assert waits(stage, "producer") == ["1 take waits for a verdict"]  # Ada's silent one
    project_of(stage)
    assert waits(stage, "ada") == ["Record 1 scene of “Letters”"]


def test_a_producer_hears_the_queue_and_gives_a_verdict(
    stage: Stage, as_: dict[str, Client]
) -> None:
    silent = Take.objects.get(state="rejected")
    page = as_["producer"].get(reverse("queue")).content.decode()
    assert "Almost nothing is heard" in page and silent.sha256 in page
    told = {"of": "Ada", "verdict": "accepted", "reason": "The pause is the point", "next": "/x"}
    done = as_["producer"].post(reverse("take_review", args=[silent.sha256]), told)
    assert done.headers["Location"] == "/x"
    assert b"Nothing waits" in as_["producer"].get(reverse("queue")).content
    assert Take.objects.get(pk=silent.pk).state == "accepted"
    theirs = as_["ada"].get(reverse("take", args=[silent.sha256])).content.decode()
    assert "The pause is the point" in theirs and reverse("take_review", args=["x"])[:7] in theirs
    assert "/review" not in theirs.split('id="main"')[1].split("</main>")[0]


def test_a_verdict_never_sends_one_to_another_site(stage: Stage, as_: dict[str, Client]) -> None:
    told = {"of": "Ada", "verdict": "rejected", "reason": "x", "next": "https://evil.example/"}
    done = as_["producer"].post(reverse("take_review", args=[stage.take.sha256]), told)
    assert done.headers["Location"] == reverse("take", args=[Review.objects.get().take.sha256])


def test_a_performer_reads_why_and_where_to_record_again(
    stage: Stage, as_: dict[str, Client]
) -> None:
    from takes_on_stage import take_of

    take = take_of(stage)
    review(stage.house.place, take, stage.users["producer"], "rejected", "A siren in the middle")
    again = reverse("record", args=[project_of(stage).slug, "the-letter"])
    for address in (reverse("takes"), reverse("take", args=[take.sha256]), reverse("scenes")):
        page = as_["ada"].get(address).content.decode()
        assert "A siren in the middle" in page and again in page, address
    assert waits(stage, "ada")[0].startswith("Record “The letter” again")


def test_the_corpus_at_a_glance_counts_accepted_takes(stage: Stage, as_: dict[str, Client]) -> None:
    page = as_["producer"].get(reverse("overview")).content.decode()
    number = Take.objects.filter(state="accepted").count()
    assert f">{number}<small>" in page and ">Cleo</a>" in page


# The API


def begun(project: Project, **more: Any) -> dict[str, Any]:
    return {
        "project": project.slug,
        "scene": "the-letter",
        "name": "take.wav",
        "size": 1000,
        **more,
    }


def send(client: Client, method: str, path: str, data: Any = None, **headers: str) -> Any:
    raw = isinstance(data, bytes)
    return client.generic(
        method.upper(),
        f"/api/uploads{path}",
        data if raw else json.dumps(data),
        content_type="application/octet-stream" if raw else "application/json",
        headers={name.replace("_", "-"): value for name, value in headers.items()},
    )


def test_a_key_asked_twice_gives_one_upload(stage: Stage, as_: dict[str, Client]) -> None:
    wish = begun(project_of(stage))
    first = send(as_["ada"], "post", "", wish, idempotency_key="k1")
    again = send(as_["ada"], "post", "", wish, idempotency_key="k1")
    assert (first.status_code, again.status_code) == (201, 200)
    assert first.json()["id"] == again.json()["id"] and Upload.objects.count() == 1
    other = send(as_["ada"], "post", "", {**wish, "size": 999}, idempotency_key="k1")
    assert other.status_code == 409
    assert other.headers["Content-Type"] == "application/problem+json"


def test_two_gigabytes_are_refused_at_once(stage: Stage, as_: dict[str, Client]) -> None:
    answer = send(as_["ada"], "post", "", begun(project_of(stage), size=2 << 30))
    assert answer.status_code == 413 and b"more than this house takes" in answer.content


def test_who_another_thinks_one_is_is_refused(stage: Stage, as_: dict[str, Client]) -> None:
    answer = send(as_["ada"], "post", "", begun(project_of(stage), performer="Ben"))
    assert answer.status_code == 409 and not Upload.objects.exists()


@pytest.mark.parametrize(
    ("digest", "status"),
    [("", 422), ("md5=:AAAA:", 422), ("sha-256=:not base64:", 422), ("sha-256=:AAAA:", 409)],
)
def test_a_part_without_its_digest_is_refused(
    stage: Stage, as_: dict[str, Client], digest: str, status: int
) -> None:
    upload = upload_of(stage)
    data = b"fLaC" + bytes(996)
    answer = send(as_["ada"], "put", f"/{upload.pk}/parts/0", data, content_digest=digest)
    assert answer.status_code == status


def test_a_part_that_is_too_long_is_not_even_read(stage: Stage, as_: dict[str, Client]) -> None:
    upload = upload_of(stage)
    answer = send(as_["ada"], "put", f"/{upload.pk}/parts/0", bytes(PART + 1))
    assert answer.status_code == 413


def test_a_phone_sends_a_take_with_a_token_of_that_scope_alone(stage: Stage) -> None:
    from stage import voice
    from upload_wav import wav_of

    project, data = project_of(stage), wav_of(voice(99, 2))
    tokens = {}
    for scope in ("takes:write", "corpus:read"):
        Token.objects.create(
            user=stage.users["ada"],
            name=scope,
            digest=hashlib.sha256(scope.encode()).hexdigest(),
            scopes=[scope],
            created_at=stage.house.place.clock.now(),
            expires_at=stage.house.place.clock.now() + timedelta(days=3650),
        )
        tokens[scope] = f"Bearer {scope}"
    phone = Client()
    wish = begun(project, size=len(data))
    refused = send(phone, "post", "", wish, authorization=tokens["corpus:read"])
    assert refused.status_code == 403
    good = {"authorization": tokens["takes:write"]}
    upload = send(phone, "post", "", wish, **good).json()
    digest = base64.b64encode(hashlib.sha256(data).digest()).decode()
    part = send(
        phone,
        "put",
        f"/{upload['id']}/parts/0",
        data,
        content_digest=f"sha-256=:{digest}:",
        **good,
    )
    assert part.json()["have"] == [0]
    sha256 = hashlib.sha256(data).hexdigest()
    done = send(phone, "post", f"/{upload['id']}/finish", {"sha256": sha256}, **good).json()
    assert done["state"] == "stored" and done["take"]["sha256"] == sha256
    assert send(phone, "get", "", **good).json() == []
    assert Take.objects.get(sha256=sha256).performer == stage.ada
