"""The feed in the API: what a licensee polls."""

from __future__ import annotations

from typing import Annotated, Any, cast

from django.http import HttpRequest, HttpResponse
from django.utils.cache import get_conditional_response
from ninja import P, PathEx, Query, Router, Schema
from pydantic import Field

from yesand.kernel.canonical import canonical
from yesand.kernel.ids import digest
from yesand.oversight.feed import services as feed
from yesand.people.bearer import allowed
from yesand.people.shapes import own_licensee
from yesand.people.sight import Request

router = Router(tags=["oversight"])
Number = PathEx[int, P(ge=0, lt=2**31, description="Which page, from 0 on.")]
_ENVELOPE = {
    "responses": {
        200: {
            "description": "A DSSE envelope, signed with the house's key",
            "content": {"application/json": {"schema": {"type": "object"}}},
        }
    }
}
_FOR_GOOD = "private, max-age=31536000, immutable"


class Whose(Schema):
    """Whose feed it is."""

    licensee: str | None = Field(
        None, description="Which of yours, if you sit for several.", pattern=r"^[a-z0-9-]{1,50}$"
    )


class Seen(Whose):
    """What the reader of a feed has seen."""

    seen: list[Annotated[int, Field(ge=0, lt=2**53)]] = Field(
        [], max_length=60, description="Sizes of the log that you have seen, to be proven."
    )


@router.get(
    "/revocations",
    response={200: None},
    auth=allowed("corpus:read"),
    openapi_extra=_ENVELOPE,
)
def revocations(request: HttpRequest, asked: Query[Seen]) -> HttpResponse:
    """Return the signed head of your feed: how many notices there are, under which checkpoint.

    It proves that the log begins with each one that you have seen.
    """
    here = cast(Request, request)
    whose = own_licensee(here.sight, asked.licensee)
    return _sent(feed.head(here.place, whose, asked.seen), "no-store")


@router.get(
    "/revocations/pages/{page}",
    response={200: None},
    auth=allowed("corpus:read"),
    openapi_extra=_ENVELOPE,
)
def revocations_page(request: HttpRequest, page: Number, asked: Query[Whose]) -> HttpResponse:
    """Return a signed page of your feed; a full one never changes, and may be kept for good."""
    here = cast(Request, request)
    sealed, full = feed.page(here.place, own_licensee(here.sight, asked.licensee), page)
    response = _sent(sealed, _FOR_GOOD if full else "private, no-cache")
    found = get_conditional_response(request, etag=response["ETag"], response=response)
    return cast(HttpResponse, found)


def _sent(envelope: dict[str, Any], keep: str) -> HttpResponse:
    data = canonical(envelope)
    headers = {"Cache-Control": keep, "ETag": f'"{digest(data)}"'}
    return HttpResponse(data, content_type="application/json", headers=headers)
