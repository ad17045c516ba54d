"""A producer plans a publication; until its moment nothing shows it."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from django.test import Client
from django.urls import reverse
from stage import Stage

from yesand.kernel.clock import Period
from yesand.newsroom import services
from yesand.newsroom.content import content
from yesand.newsroom.models import Article
from yesand.newsroom.opening.services import open_newsroom
from yesand.newsroom.planning.services import plan


@pytest.fixture
def november(monkeypatch: pytest.MonkeyPatch) -> None:
    """Requests go by the clock of the stage."""
    monkeypatch.setenv("YESAND_NOW", "2026-11-02T00:00:00Z")


def planned(stage: Stage) -> Article:
    what = content({"title": "Later", "sections": [{"text": "So. [view]"}], "tags": ["later"]})
    made = services.draft(stage.house.place, what, stage.users["producer"])
    return services.approve(stage.house.place, made, stage.users["producer"], what.digest)


@pytest.mark.usefixtures("november")
def test_a_producer_plans_alters_and_cancels_a_publication(
    stage: Stage, as_: dict[str, Client]
) -> None:
    made = planned(stage)
    address, desk = reverse("desk_plan", args=["later"]), reverse("desk_article", args=["later"])
    form = {"day": "2026-11-05", "time": "09:30", "zone": "America/New_York"}
    page = as_["producer"].post(address, form, follow=True).content.decode()
    assert "2026-11-05 09:30 America/New_York (14:30 UTC)" in page
    assert 'value="09:30"' in as_["producer"].get(address).content.decode()
    assert "which is approved" not in as_["producer"].get(reverse("me")).content.decode()
    as_["producer"].post(address, {**form, "time": "10:30"})
    assert made.plan is not None and made.plan.at == datetime(2026, 11, 5, 15, 30, tzinfo=UTC)
    assert "2026-11-05 10:30" in as_["auditor"].get(reverse("desk")).content.decode()
    as_["producer"].post(address, {"act": "cancel"})
    assert made.plan is None and "Publish it later" in as_["producer"].get(desk).content.decode()


@pytest.mark.usefixtures("november")
def test_a_moment_that_cannot_be_is_told_and_what_was_typed_stays(
    stage: Stage, as_: dict[str, Client]
) -> None:
    planned(stage)
    address = reverse("desk_plan", args=["later"])
    form = {"day": "2027-03-28", "time": "02:30", "zone": "Europe/Berlin"}
    answer = as_["producer"].post(address, form)
    assert answer.status_code == 422 and "the clocks go forward" in answer.content.decode()
    assert 'value="2027-03-28"' in answer.content.decode()
    answer = as_["producer"].post(address, {**form, "day": "2027-10-31"})
    assert answer.status_code == 422 and 'name="which"' in answer.content.decode()
    passed = as_["producer"].post(address, {**form, "day": "2026-10-01"})
    assert passed.status_code == 422 and "has passed" in passed.content.decode()


@pytest.mark.usefixtures("november")
def test_no_page_feed_or_search_shows_what_is_only_planned(
    stage: Stage, as_: dict[str, Client]
) -> None:
    open_newsroom(stage.house.place, Period(2026, 10))
    made = planned(stage)
    soon = stage.house.place.clock.now() + timedelta(days=1)
    plan(stage.house.place, made, stage.users["producer"], soon, "UTC")
    feeds = [reverse("newsroom_feed", args=[kind]) for kind in ("rss", "atom", "json")]
    for who in ("nobody", "ada", "lab"):
        for path in [*feeds, reverse("newsroom"), "/", "/api/newsroom/articles"]:
            assert "Later" not in as_[who].get(path).content.decode()
        for path in ("/newsroom/later/", "/newsroom/later/versions/1/", "/newsroom/tags/later/"):
            assert as_[who].get(path).status_code == 404
        assert as_[who].get("/api/newsroom/articles/later").status_code == 404


@pytest.mark.usefixtures("november")
def test_the_api_plans_as_the_page_does(stage: Stage, as_: dict[str, Client]) -> None:
    planned(stage)
    path = "/api/newsroom/drafts/later/plan"
    body = {"at": "2026-11-05T09:30:00-05:00", "zone": "America/New_York"}
    answer = as_["producer"].put(path, body, content_type="application/json")
    assert answer.json()["planned"] == "2026-11-05T14:30:00Z"
    bare = {"at": "2026-11-05T09:30:00"}
    assert as_["producer"].put(path, bare, content_type="application/json").status_code == 422
    assert as_["producer"].delete(path).json()["planned"] is None
