"""Who gets what: the newsroom is open; the desk is the producer's, and the auditor's to look at."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from matrix import GONE, LOGIN, OPEN, SEEN, Row
from stage import Stage

from yesand.kernel.clock import Clock, Period, stamp
from yesand.newsroom import services
from yesand.newsroom.content import content
from yesand.newsroom.models import Article, Picture
from yesand.newsroom.opening.services import open_newsroom

STORY = "who-taught-it-to-sound-sorry"
DESK = (LOGIN, GONE, GONE, GONE, GONE, GONE, SEEN, SEEN, GONE)
PRODUCERS = (LOGIN, GONE, GONE, GONE, GONE, GONE, SEEN, GONE, GONE)
#: Sent on to what was made.
ACTS = (LOGIN, GONE, GONE, GONE, GONE, GONE, LOGIN, GONE, GONE)
NO_TOKEN, NOT_YOURS, MADE = 401, 403, 201
WRITE = (NO_TOKEN, *(NOT_YOURS,) * 5, SEEN, NOT_YOURS, NOT_YOURS)
MAKE = (NO_TOKEN, *(NOT_YOURS,) * 5, MADE, NOT_YOURS, NOT_YOURS)
LOOK = (NO_TOKEN, *(GONE,) * 5, SEEN, SEEN, GONE)


def opened(stage: Stage, *arguments: Any) -> list[Any]:
    """A newsroom that is open."""
    open_newsroom(stage.house.place, Period(2026, 10))
    return list(arguments)


def drafted(stage: Stage, state: str = "draft") -> list[Any]:
    """A draft with a view in it, in some state."""
    place = stage.house.place
    what = content({"title": "A view", "sections": [{"text": "We think so. [view]"}]})
    found = Article.objects.filter(slug="a-view").first() or services.draft(place, what, None)
    if state == "approved":
        services.approve(place, found, stage.users["producer"], what.digest)
    return ["a-view"]


def digest(stage: Stage) -> str:
    drafted(stage)
    return services.content_of(services.found("a-view")).digest


def typed(stage: Stage) -> dict[str, Any]:
    return {"title": "A view", "body": "We think otherwise. [view]", "base": digest(stage)}


def soon() -> datetime:
    """A moment to come, by the real clock that requests go by."""
    return Clock().now() + timedelta(days=30)


def picture(stage: Stage) -> list[Any]:
    opened(stage)
    found = Picture.objects.first()
    assert found is not None
    return [found.sha256]


ROWS = [
    Row("newsroom", OPEN),
    Row("newsroom", OPEN, opened, case="open"),
    Row("newsroom_feed", OPEN, lambda s: opened(s, "rss"), case="rss"),
    Row("newsroom_feed", OPEN, lambda s: opened(s, "atom"), case="atom"),
    Row("newsroom_feed", OPEN, lambda s: opened(s, "json"), case="json"),
    Row("newsroom_tag", OPEN, lambda s: opened(s, "improv")),
    Row("picture", OPEN, picture),
    Row("figure", OPEN, lambda s: opened(s, "2026-10", "takes")),
    Row("report_signed", OPEN, lambda s: opened(s, "2026-10")),
    Row("article", OPEN, lambda s: opened(s, STORY)),
    Row("article", (GONE,) * 9, drafted, case="not published"),
    Row("article_version", OPEN, lambda s: opened(s, STORY, 1)),
    Row("article_signed", OPEN, lambda s: opened(s, STORY, 1)),
    Row("desk", DESK),
    Row("desk_new", PRODUCERS),
    Row("desk_new", ACTS, method="post", data=lambda s: {"title": "New"}, case="begin"),
    Row("desk_article", DESK, drafted),
    Row("desk_edit", PRODUCERS, drafted),
    Row("desk_edit", ACTS, drafted, method="post", data=typed, case="save"),
    Row(
        "desk_decide",
        ACTS,
        drafted,
        method="post",
        data=lambda s: {"act": "approve", "seen": digest(s)},
        case="approve",
    ),
    Row(
        "desk_decide",
        ACTS,
        drafted,
        method="post",
        data=lambda s: {"act": "send back", "note": "More."},
        case="send back",
    ),
    Row(
        "desk_decide",
        ACTS,
        lambda s: drafted(s, "approved"),
        method="post",
        data=lambda s: {"act": "publish"},
        case="publish",
    ),
    Row("desk_plan", PRODUCERS, drafted),
    Row(
        "desk_plan",
        ACTS,
        lambda s: drafted(s, "approved"),
        method="post",
        data=lambda s: {"day": f"{soon():%Y-%m-%d}", "time": "18:00", "zone": "Europe/Vienna"},
        case="plan",
    ),
    Row(
        "desk_plan",
        ACTS,
        lambda s: drafted(s, "approved"),
        method="post",
        data=lambda s: {"act": "cancel"},
        case="cancel",
    ),
    Row("api:get /api/newsroom/articles", OPEN),
    Row("api:get /api/newsroom/articles/{slug}", OPEN, lambda s: opened(s, STORY)),
    Row(
        "api:post /api/newsroom/drafts", MAKE, data=lambda s: {"title": "New", "body": "So. [view]"}
    ),
    Row("api:get /api/newsroom/drafts/{slug}", LOOK, drafted),
    Row("api:put /api/newsroom/drafts/{slug}", WRITE, drafted, data=typed),
    Row(
        "api:post /api/newsroom/drafts/{slug}/approve",
        WRITE,
        drafted,
        data=lambda s: {"digest": digest(s)},
    ),
    Row(
        "api:post /api/newsroom/drafts/{slug}/send-back",
        WRITE,
        drafted,
        data=lambda s: {"note": "More."},
    ),
    Row(
        "api:post /api/newsroom/drafts/{slug}/publish",
        WRITE,
        lambda s: drafted(s, "approved"),
        data=lambda s: {},
    ),
    Row(
        "api:put /api/newsroom/drafts/{slug}/plan",
        WRITE,
        lambda s: drafted(s, "approved"),
        data=lambda s: {"at": stamp(soon()), "zone": "Europe/Vienna"},
    ),
    Row("api:delete /api/newsroom/drafts/{slug}/plan", WRITE, drafted),
]
