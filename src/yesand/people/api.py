"""The room's part of the API: one's own account and its tokens."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, cast

from django.conf import settings
from django.http import HttpRequest
from ninja import Field, Router, Schema, Status

from yesand.kernel.errors import BadInput, NotFound
from yesand.people.bearer import allowed
from yesand.people.happenings import Happened
from yesand.people.models import Seat, Token, User
from yesand.people.security.forms import zones
from yesand.people.security.services import happened, revoke
from yesand.people.sight import Request

router = Router(tags=["account"])


class SeatOut(Schema):
    """A role, and the organisation it is for."""

    role: str
    organisation: str | None


class ActingOut(Schema):
    """For whom one acts."""

    performer: str
    kind: str
    scopes: list[str]
    until: datetime


class Me(Schema):
    """One's own account."""

    username: str
    email: str
    zone: str
    language: str
    performer: str | None
    credit_name: str | None
    credited: bool | None
    seats: list[SeatOut]
    acting: list[ActingOut]


class MePatch(Schema):
    """What one may change; what is not told stays."""

    zone: Annotated[str | None, Field(max_length=64)] = None
    language: Annotated[str | None, Field(max_length=10)] = None
    credit_name: Annotated[str | None, Field(max_length=200)] = None
    credited: bool | None = None


class TokenOut(Schema):
    """A token, without its secret."""

    id: int
    name: str
    scopes: list[str]
    created_at: datetime
    expires_at: datetime | None
    last_used_at: datetime | None
    revoked_at: datetime | None


def _me(request: HttpRequest) -> Me:
    here = cast(Request, request)
    user, sight = cast(User, here.user), here.sight
    performer = sight.performer
    seats = Seat.objects.filter(user=user).select_related("organisation").order_by("role", "pk")
    return Me(
        username=user.username,
        email=user.email,
        zone=user.zone,
        language=user.language,
        performer=performer.handle if performer else None,
        credit_name=performer.credit_name if performer else None,
        credited=performer.credited if performer else None,
        seats=[
            SeatOut(role=s.role, organisation=s.organisation.slug if s.organisation else None)
            for s in seats
        ],
        acting=[
            ActingOut(
                performer=a.performer.handle,
                kind=a.kind,
                scopes=sorted(a.scopes),
                until=a.until,
            )
            for a in sight.acting
        ],
    )


@router.get("/me", response=Me, auth=allowed("account:read"))
def me(request: HttpRequest) -> Me:
    """Return one's own account."""
    return _me(request)


@router.patch("/me", response=Me, auth=allowed("account:write"))
def change_me(request: HttpRequest, told: MePatch) -> Me:
    """Change zone, language, or how one is credited."""
    here = cast(Request, request)
    user, performer = cast(User, here.user), here.sight.performer
    new = told.dict(exclude_none=True)
    if new.get("zone", "UTC") not in dict(zones()):
        raise BadInput("No such zone", where="zone", remedy="Use an IANA name: Europe/Berlin.")
    if new.get("language", "en") not in dict(settings.LANGUAGES):
        raise BadInput("No such language", where="language")
    credit = {name: new.pop(name) for name in ("credit_name", "credited") if name in new}
    if credit and performer is None:
        raise BadInput("Only a performer is credited", where=", ".join(credit))
    User.objects.filter(pk=user.pk).update(**new)
    if performer is not None and credit:
        type(performer).objects.filter(pk=performer.pk).update(**credit)
    happened(Happened.SETTINGS_CHANGED, user, request, detail=", ".join(new | credit))
    user.refresh_from_db()
    if performer is not None:
        performer.refresh_from_db()
    return _me(request)


@router.get("/me/tokens", response=list[TokenOut], auth=allowed("account:read"))
def tokens(request: HttpRequest) -> list[Token]:
    """List one's own tokens, the newest first."""
    return list(Token.objects.filter(user=cast(User, request.user)))


@router.delete("/me/tokens/{number}", response={204: None}, auth=allowed("account:write"))
def revoke_token(request: HttpRequest, number: int) -> Status[None]:
    """Take a token back. Again changes nothing."""
    user = cast(User, request.user)
    row = Token.objects.filter(pk=number, user=user).first() if number < 2**63 else None
    if row is None:
        raise NotFound("No token of yours has that number")
    if revoke(cast(Request, request).place, row):
        happened(Happened.TOKEN_REVOKED, user, request, detail=row.name)
    return Status(204, None)
