"""Usage events by CloudEvents' own HTTP binding."""

from __future__ import annotations

from typing import Any, cast

from django.http import HttpRequest
from ninja import Router, Schema, Status
from ninja.errors import HttpError
from pydantic import Field

from yesand.kernel.errors import BadInput, TooLarge
from yesand.people.bearer import allowed
from yesand.people.models import User
from yesand.people.shapes import Licensee, own_licensee
from yesand.people.sight import Request
from yesand.royalties.spooling.binding import (
    BATCHED,
    STRUCTURED,
    NotCloudEvents,
    most,
    sent,
)
from yesand.royalties.spooling.body import UnknownEncoding, read
from yesand.royalties.spooling.receiving.services import Received, State, receive

router = Router()
#: One usage event, for the description.
EVENT = {
    "specversion": "1.0",
    "id": "e-4711",
    "source": "https://gateway.example/usage",
    "type": "org.yes-and.usage.v1",
    "subject": "night-line",
    "time": "2026-10-12T20:15:00Z",
    "data": {"unit": "request", "quantity": 1},
}
_ONE = {"type": "object", "example": EVENT}
_BODIES = {
    STRUCTURED: {"schema": _ONE},
    BATCHED: {"schema": {"type": "array", "minItems": 1, "items": _ONE}},
}


class ToldOut(Schema):
    """What became of one event."""

    index: int = Field(description="Its place among those that were sent, from 0.")
    state: State
    reason: str


class ReceivedOut(Schema):
    """What became of the events: those that were not simply accepted are told one by one."""

    accepted: int = Field(description="On the disk; each counts once, whatever comes again.")
    repeated: int
    quarantined: int = Field(description="Same source and id as before, other content.")
    bad: int
    told: list[ToldOut]


@router.post(
    "/events",
    response={202: ReceivedOut},
    auth=allowed("usage:write"),
    openapi_extra={
        "requestBody": {"required": True, "content": _BODIES},
        "responses": {415: {"description": "No CloudEvents in JSON, or packed in another way"}},
    },
)
def receive_events(request: HttpRequest, licensee: Licensee = None) -> Status[Received]:
    """Deliver usage events as they happen, by CloudEvents' HTTP binding.

    Structured, batched (up to 10,000 events and 8 MiB unpacked) or binary (attributes in `ce-`
    headers); plain or with `Content-Encoding: gzip`. The answer comes once they lie on the disk.
    Each counts once for ever, by its source and id: what is not answered is sent again as it was.
    429 and 503 say after how many seconds.
    """
    here = cast(Request, request)
    by = own_licensee(here.sight, licensee)
    try:
        events = sent(request.content_type or "", _lowered(request), _body(request))
    except (NotCloudEvents, UnknownEncoding) as fault:
        raise HttpError(415, fault.sentence()) from fault
    received = receive(here.place, by, cast(User, here.user), events)
    if events.single and received.bad:
        raise BadInput(received.told[0].reason, where="event", remedy="It is kept apart.")
    return Status(202, received)


def _body(request: HttpRequest) -> bytes:
    limit = most(request.content_type or "")
    told = request.headers.get("Content-Length", "")
    if told.isdecimal() and int(told) > limit:
        raise TooLarge(
            f"{int(told):,} bytes; {limit:,} may come at once",
            remedy="Send fewer events at a time; nothing of this was taken.",
        )
    return read(request.read, request.headers.get("Content-Encoding", ""), limit)


def _lowered(request: HttpRequest) -> dict[str, Any]:
    return {name.lower(): value for name, value in request.headers.items()}
