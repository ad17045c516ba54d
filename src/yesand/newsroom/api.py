"""The newsroom's part of the API: reading for everybody; writing for producers."""

from __future__ import annotations

from datetime import UTC
from typing import Annotated, Any, cast

from django.http import Http404, HttpRequest
from ninja import Field, Router, Schema, Status
from ninja.errors import HttpError
from pydantic import AwareDatetime

from yesand.kernel.clock import stamp
from yesand.newsroom import manuscript, services
from yesand.newsroom.content import Content, Source, Writer, content
from yesand.newsroom.models import Article, Version
from yesand.newsroom.origin import source_type
from yesand.newsroom.page import Page
from yesand.newsroom.planning import services as planning
from yesand.people.addresses import address
from yesand.people.bearer import allowed
from yesand.people.models import Seat, User
from yesand.people.sight import Request, visible

router = Router(tags=["newsroom"])
_PAGE = 50
_writing = allowed("newsroom:write")


class Short(Schema):
    """A published article in a list."""

    slug: str
    title: str
    dek: str
    tags: list[str]
    url: str
    published: str
    updated: str
    words: int
    minutes: int
    generating_model: str
    digital_source_type: str
    reviewer: str


class Full(Short):
    """A published article whole, as it was signed."""

    version: int
    digest: str
    entry: int
    content: Content


class Desk(Schema):
    """A draft, and what it says by its digest."""

    slug: str
    state: str
    digest: str
    content: Content
    #: When it is published by itself, if that is planned.
    planned: str | None = None


class Writing(Schema):
    """What is written: the body in Markdown, with ``##`` headings and ``[1]`` for sources."""

    title: str = Field(min_length=1, max_length=200)
    dek: str = Field("", max_length=500)
    body: str = Field(min_length=1, max_length=200_000)
    sources: list[Source] = Field(default_factory=list, max_length=200)
    tags: list[str] = Field(default_factory=list, max_length=12)
    writer: Writer = Writer.PERSON
    model: str = Field("", max_length=120)
    how: str = Field("", max_length=500)
    language: str = "en"

    def read(self) -> Content:
        """Read it as content."""
        fields = self.model_dump(mode="json", exclude={"body", "tags", "base"})
        tags = manuscript.tags(",".join(self.tags))
        return content({**fields, "tags": tags, "sections": manuscript.sections(self.body)})


class Change(Writing):
    """What a draft shall say now, and what it said when it was read."""

    base: str


class Seen(Schema):
    """The digest of exactly what a person has looked at."""

    digest: str


class Publishing(Schema):
    """What readers are told has changed; the first version needs nothing."""

    correction: str = Field("", max_length=2000)


class Later(Publishing):
    """When a draft is published: a moment with its offset, and the zone it was chosen in."""

    at: AwareDatetime
    zone: str = Field("UTC", max_length=64)


class Back(Schema):
    """Why a draft is sent back."""

    note: str = Field(min_length=1, max_length=2000)


@router.get("/newsroom/articles", response=list[Short], auth=None)
def articles(
    request: HttpRequest, tag: str = "", page: Annotated[int, Field(ge=1, le=10_000)] = 1
) -> Any:
    """List what is published, the newest first, fifty at a time."""
    rows = services.published()
    if tag:
        rows = rows.filter(article__tags__name=tag)
    return [_short(request, v) for v in rows[(page - 1) * _PAGE : page * _PAGE]]


@router.get("/newsroom/articles/{slug}", response=Full, auth=None)
def article(request: HttpRequest, slug: str) -> Any:
    """Read one published article."""
    found = services.published().filter(article__slug=slug).first()
    if found is None:
        raise Http404
    return _full(request, found)


@router.post("/newsroom/drafts", response={201: Desk}, auth=_writing)
def draft(request: HttpRequest, writing: Writing) -> Any:
    """Put a new draft on the desk."""
    user = _producer(request)
    place = cast(Request, request).place
    made = services.draft(place, services.illustrated(place, writing.read()), user)
    return Status(201, _desk(made))


@router.get("/newsroom/drafts/{slug}", response=Desk, auth=_writing)
def desk(request: HttpRequest, slug: str) -> Any:
    """Read a draft."""
    return _desk(_found(request, slug))


@router.put("/newsroom/drafts/{slug}", response=Desk, auth=_writing)
def change(request: HttpRequest, slug: str, writing: Change) -> Any:
    """Change a draft, if it still says what it said when it was read."""
    _producer(request)
    found = _found(request, slug)
    what = writing.read().model_copy(update={"image": services.content_of(found).image})
    place = cast(Request, request).place
    return _desk(services.revise(place, found, what, writing.base))


@router.post("/newsroom/drafts/{slug}/approve", response=Desk, auth=_writing)
def approve(request: HttpRequest, slug: str, seen: Seen) -> Any:
    """Approve exactly what was looked at."""
    user = _producer(request)
    found = _found(request, slug)
    return _desk(services.approve(cast(Request, request).place, found, user, seen.digest))


@router.post("/newsroom/drafts/{slug}/send-back", response=Desk, auth=_writing)
def send_back(request: HttpRequest, slug: str, back: Back) -> Any:
    """Send a draft back to its writer."""
    user = _producer(request)
    found = _found(request, slug)
    return _desk(services.send_back(cast(Request, request).place, found, user, back.note))


@router.post("/newsroom/drafts/{slug}/publish", response=Full, auth=_writing)
def publish(request: HttpRequest, slug: str, publishing: Publishing) -> Any:
    """Publish what was approved."""
    user = _producer(request)
    found = _found(request, slug)
    place = cast(Request, request).place
    return _full(request, services.publish(place, found, user, publishing.correction))


@router.put("/newsroom/drafts/{slug}/plan", response=Desk, auth=_writing)
def plan(request: HttpRequest, slug: str, later: Later) -> Any:
    """Have what was approved published at a moment; a plan that waits gives way to it."""
    user = _producer(request)
    found = _found(request, slug)
    place = cast(Request, request).place
    planning.plan(place, found, user, later.at.astimezone(UTC), later.zone, later.correction)
    return _desk(found)


@router.delete("/newsroom/drafts/{slug}/plan", response=Desk, auth=_writing)
def unplan(request: HttpRequest, slug: str) -> Any:
    """Cancel the plan that waits, if there is one."""
    user = _producer(request)
    found = _found(request, slug)
    planning.cancel(cast(Request, request).place, found, user)
    return _desk(found)


def _producer(request: HttpRequest) -> User:
    if Seat.Role.PRODUCER not in cast(Request, request).sight.roles:
        raise HttpError(403, "Only a producer writes and decides what is published")
    return cast(User, request.user)


def _found(request: HttpRequest, slug: str) -> Article:
    found = visible(Article, cast(Request, request).sight).filter(slug=slug).first()
    if found is None:
        raise Http404
    return found


def _desk(found: Article) -> dict[str, Any]:
    what = services.content_of(found)
    plan = found.plan
    return {
        "slug": found.slug,
        "state": found.state,
        "digest": what.digest,
        "content": what,
        "planned": stamp(plan.at) if plan else None,
    }


def _short(request: HttpRequest, found: Version) -> dict[str, Any]:
    what = Content.model_validate(found.content)
    page = Page(what)
    first = found.article.versions.order_by("number").values_list("at", flat=True)[0]
    return {
        "slug": found.article.slug,
        "title": what.title,
        "dek": what.dek,
        "tags": list(what.tags),
        "url": address(request, "article", found.article.slug),
        "published": stamp(first),
        "updated": stamp(found.at),
        "words": page.words,
        "minutes": page.minutes,
        "generating_model": what.model,
        "digital_source_type": source_type(what.writer, bool(found.reviewer)),
        "reviewer": found.reviewer,
    }


def _full(request: HttpRequest, found: Version) -> dict[str, Any]:
    return {
        **_short(request, found),
        "version": found.number,
        "digest": found.digest,
        "entry": found.entry_id,
        "content": Content.model_validate(found.content),
    }
