"""The room's part of the API: a recording comes in by parts, and every step may be repeated."""

from __future__ import annotations

import base64
import binascii
from typing import Annotated, Any, cast
from uuid import UUID, uuid4

from django.http import HttpRequest
from ninja import Field, Header, Path, Router, Schema, Status
from ninja.errors import HttpError

from yesand.kernel.errors import BadInput
from yesand.people.bearer import allowed
from yesand.people.models import Performer
from yesand.people.sight import Request, visible
from yesand.takes.models import Project, Upload
from yesand.takes.recording import services as recording
from yesand.takes.uploading import services as uploading
from yesand.takes.uploading.parts import PART

router = Router(auth=allowed("takes:write"), tags=["takes"])
Name = Annotated[str, Field(min_length=1, max_length=200)]
Number = Annotated[int, Path(ge=0, le=100_000)]


class Begin(Schema):
    """What is to be sent."""

    project: Name
    scene: Name
    name: Name = Field(description="The file's name; only its end is kept.")
    size: int = Field(ge=1, description="Bytes of the whole.")
    emotion: str = Field("", max_length=40, description="Only where the scene names none.")
    meeting: UUID | None = Field(None, description="The performance it was recorded in.")
    performer: str = Field(
        "", max_length=80, description="Who recorded it. Refused if that is not you."
    )


class Finish(Schema):
    """What the whole is."""

    sha256: str = Field(pattern="^[0-9a-f]{64}$")


class Stored(Schema):
    """A take that came of an upload."""

    sha256: str
    state: str
    findings: list[dict[str, Any]]


class Standing(Schema):
    """How an upload stands. It is ``stored`` only once it is verified, kept and logged."""

    id: UUID
    state: str
    reason: str
    size: int
    part: int = Field(description="Bytes of a part; the last may be shorter.")
    have: list[int] = Field(description="Numbers of the parts that are here.")
    take: Stored | None


@router.post("/uploads", response={200: Standing, 201: Standing}, summary="Begin an upload")
def begin(
    request: HttpRequest,
    body: Begin,
    idempotency_key: Annotated[str, Header(max_length=80)] = "",
) -> Any:
    """Begin to send a recording of a scene. The same ``Idempotency-Key`` gives the same upload."""
    here = cast(Request, request)
    performer = _performer(here)
    # Never whom it is for, but a check: another person may have signed in on the same device.
    if body.performer not in ("", performer.handle):
        raise HttpError(409, f"{body.performer} recorded it, and you are {performer.handle}")
    # Whoever acts for others sees theirs, too, but records only as who they are.
    mine = visible(Project, here.sight).filter(performers=performer)
    project = mine.filter(slug=body.project).first()
    scene = project.scenes.filter(slug=body.scene).first() if project else None
    if project is None or scene is None:
        raise HttpError(404, "You are not invited to such a scene")
    meeting = recording.meeting_named(performer, str(body.meeting)) if body.meeting else None
    if body.meeting and meeting is None:
        raise HttpError(404, "You are in no such performance")
    wish = uploading.Wish(project, scene, body.name, body.size, body.emotion, meeting)
    made, new = uploading.begin(here.place, performer, idempotency_key or uuid4().hex, wish)
    return Status(201 if new else 200, _standing(here, made))


@router.get("/uploads", response=list[Standing], summary="Uploads that are not finished")
def unfinished(request: HttpRequest) -> Any:
    """List the uploads that you began and did not finish."""
    here = cast(Request, request)
    rows = Upload.objects.filter(performer=here.sight.performer, state=Upload.State.OPEN)
    mine = rows.order_by("started_at") if here.sight.performer else rows.none()
    return [_standing(here, upload) for upload in mine]


@router.get("/uploads/{upload}", response=Standing, summary="How an upload stands")
def status(request: HttpRequest, upload: UUID) -> Any:
    """Tell which parts are here, and what became of the whole."""
    here = cast(Request, request)
    return _standing(here, uploading.find(here.sight.performer, upload))


@router.put("/uploads/{upload}/parts/{number}", response=Standing, summary="Send a part")
def put(
    request: HttpRequest,
    upload: UUID,
    number: Number,
    content_digest: Annotated[str, Header()] = "",
) -> Any:
    """Send one part as the body, with ``Content-Digest: sha-256=:…:`` (RFC 9530)."""
    here = cast(Request, request)
    found = uploading.find(here.sight.performer, upload)
    if int(request.headers.get("Content-Length") or 0) > PART:
        raise HttpError(413, f"A part has {PART} bytes at most")
    uploading.put(here.place, found, number, _body(request), _sha256(content_digest))
    return _standing(here, found)


@router.post("/uploads/{upload}/finish", response=Standing, summary="Finish an upload")
def finish(request: HttpRequest, upload: UUID, body: Finish) -> Any:
    """Have the whole verified, judged and stored as a take. Again changes nothing."""
    here = cast(Request, request)
    found = uploading.find(here.sight.performer, upload)
    return _standing(here, uploading.finish(here.place, found, body.sha256))


@router.delete("/uploads/{upload}", response=Standing, summary="Cancel an upload")
def cancel(request: HttpRequest, upload: UUID) -> Any:
    """Give up an upload that is not stored; its parts are removed."""
    here = cast(Request, request)
    found = uploading.find(here.sight.performer, upload)
    uploading.abandon(here.place, found)
    return _standing(here, found)


def _performer(here: Request) -> Performer:
    if here.sight.performer is None:
        raise HttpError(403, "Only a performer sends takes, and only their own")
    return here.sight.performer


def _standing(here: Request, upload: Upload) -> dict[str, Any]:
    take = upload.take
    return {
        "id": upload.pk,
        "state": upload.state,
        "reason": upload.reason,
        "size": upload.size,
        "part": PART,
        "have": uploading.parts_of(here.place, upload).have(),
        "take": take and {"sha256": take.sha256, "state": take.state, "findings": take.findings},
    }


def _body(request: HttpRequest) -> bytes:
    try:
        return request.body
    except OSError as fault:  # the line was cut while it came in
        raise BadInput("The part broke off", remedy="Send it again.") from fault


def _sha256(header: str) -> str:
    """Return the hex SHA-256 that a Content-Digest names (RFC 9530 § 2)."""
    for part in header.split(","):
        name, _, value = part.strip().partition("=")
        if name.lower() == "sha-256" and value.startswith(":") and value.endswith(":"):
            try:
                return base64.b64decode(value[1:-1], validate=True).hex()
            except binascii.Error:
                break
    raise BadInput("The part has no digest", remedy="Send Content-Digest: sha-256=:…: (RFC 9530).")
