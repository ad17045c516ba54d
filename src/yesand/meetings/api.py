"""Meetings over the API: one's own, what is free, booking, moving, cancelling."""

from __future__ import annotations

from datetime import date, datetime
from typing import cast
from uuid import UUID

from django.http import HttpRequest
from ninja import Field, Query, Router, Schema, Status

from yesand.kernel.clock import instant, stamp
from yesand.kernel.errors import BadInput
from yesand.meetings import services
from yesand.meetings.calendars.services import name_of
from yesand.meetings.models import Meeting
from yesand.meetings.wall import moment, within_reach, zone_of
from yesand.people.bearer import allowed
from yesand.people.models import User
from yesand.people.sight import Request

router = Router(tags=["meetings"])
#: As many meetings as one answer holds.
_PAGE = 200


class PersonOut(Schema):
    """Somebody in a meeting, or whom one may ask to one."""

    id: int
    name: str
    zone: str


class AttendanceOut(PersonOut):
    """Somebody in a meeting."""

    accepted: bool
    shown_up: bool | None
    under_agreement: bool


class MeetingOut(Schema):
    """A meeting; times are RFC 3339 in UTC."""

    uid: UUID
    sequence: int
    kind: str
    title: str
    note: str
    starts_at: str
    ends_at: str
    zone: str
    state: str
    people: list[AttendanceOut]


class FreeIn(Schema):
    """What one looks for."""

    kind: str
    who: list[int] = Field(min_length=1, max_length=20)
    day: date
    length: int | None = Field(None, ge=5, le=720)
    days: int = Field(1, ge=1, le=31)


class SlotOut(Schema):
    """A time at which everybody can."""

    starts_at: str
    ends_at: str


class When(Schema):
    """A moment; or what the wall clock of a zone shows, and which, where it shows it twice."""

    starts_at: str = ""
    wall: str = Field("", description="2026-10-25T02:30, in the zone")
    zone: str = ""
    which: int | None = Field(None, ge=0, le=1, description="0: the first, 1: the second")


class BookIn(When):
    """What is to be booked."""

    kind: str
    who: list[int] = Field(min_length=1, max_length=20)
    length: int | None = Field(None, ge=5, le=720)
    title: str = Field("", max_length=200)
    note: str = Field("", max_length=5000)
    with_me: bool = True


class MoveIn(When):
    """Where to, and why."""

    reason: str = Field("", max_length=2000)
    sequence: int | None = Field(None, ge=0)


class CancelIn(Schema):
    """Why."""

    reason: str = Field("", max_length=2000)
    sequence: int | None = Field(None, ge=0)


@router.get(
    "/meetings", response=list[MeetingOut], auth=allowed("meetings:read"), summary="My meetings"
)
def meetings(request: HttpRequest, past: bool = False) -> list[MeetingOut]:
    """List one's meetings: those still to come, or the last ones that were."""
    here, user = _who(request)
    rows = services.mine(user).prefetch_related("attendances__user__performer")
    now = here.place.clock.now()
    if past:
        rows = rows.filter(ends_at__lte=now).order_by("-starts_at", "-id")
    else:
        rows = rows.filter(ends_at__gt=now)
    return [_out(row) for row in rows[:_PAGE]]


@router.get(
    "/meetings/people",
    response=list[PersonOut],
    auth=allowed("meetings:read"),
    summary="Whom I may ask to a meeting",
)
def people(request: HttpRequest) -> list[PersonOut]:
    """List the people whom one may ask to a meeting."""
    _, user = _who(request)
    return [PersonOut(id=u.pk, name=name_of(u), zone=u.zone) for u in services.to_ask(user)]


@router.get(
    "/meetings/free", response=list[SlotOut], auth=allowed("meetings:read"), summary="What is free"
)
def free(request: HttpRequest, asked: Query[FreeIn]) -> list[SlotOut]:
    """List the times on one's own days at which everybody can."""
    here, user = _who(request)
    within_reach(asked.day)
    spans = services.free(
        here.place,
        user,
        asked.kind,
        _people(user, asked.who),
        asked.day,
        asked.length,
        days=asked.days,
    )
    return [SlotOut(starts_at=stamp(start), ends_at=stamp(end)) for start, end in spans]


@router.post(
    "/meetings",
    response={201: MeetingOut},
    auth=allowed("meetings:write"),
    summary="Book a meeting",
)
def book(request: HttpRequest, told: BookIn) -> Status[MeetingOut]:
    """Book a meeting and invite everybody; the same again is the same meeting."""
    here, user = _who(request)
    made = services.book(
        here.place,
        user,
        told.kind,
        _people(user, told.who),
        _moment(user, told),
        told.length,
        title=told.title,
        note=told.note,
        with_me=told.with_me,
    )
    return Status(201, _out(made))


@router.post(
    "/meetings/{uid}/move",
    response=MeetingOut,
    auth=allowed("meetings:write"),
    summary="Move a meeting",
)
def move(request: HttpRequest, uid: UUID, told: MoveIn) -> MeetingOut:
    """Move a meeting of one's own."""
    here, user = _who(request)
    at = _moment(user, told)
    moved = services.move(here.place, user, uid, at, reason=told.reason, sequence=told.sequence)
    return _out(moved)


@router.post(
    "/meetings/{uid}/cancel",
    response=MeetingOut,
    auth=allowed("meetings:write"),
    summary="Cancel a meeting",
)
def cancel(request: HttpRequest, uid: UUID, told: CancelIn) -> MeetingOut:
    """Cancel a meeting of one's own."""
    here, user = _who(request)
    gone = services.cancel(here.place, user, uid, reason=told.reason, sequence=told.sequence)
    return _out(gone)


def _who(request: HttpRequest) -> tuple[Request, User]:
    assert isinstance(request.user, User)
    return cast(Request, request), request.user


def _people(user: User, keys: list[int]) -> list[User]:
    """Return those whom the person may ask; others are as if they did not exist."""
    found = list(services.to_ask(user).filter(pk__in=[k for k in keys if 0 < k < 2**31]))
    if len(found) != len(set(keys) - {user.pk}):
        raise BadInput("You can ask none of that id", remedy="See /api/meetings/people.")
    return found


def _moment(user: User, told: When) -> datetime:
    if told.starts_at:
        at = instant(told.starts_at, where="starts_at")
        within_reach(at)
        return at
    try:
        wall = datetime.fromisoformat(told.wall).replace(tzinfo=None)
    except ValueError:
        raise BadInput("Say when: starts_at, or wall", where=told.wall[:40]) from None
    return moment(wall, zone_of(told.zone or user.zone), told.which)


def _out(row: Meeting) -> MeetingOut:
    return MeetingOut(
        uid=row.uid,
        sequence=row.sequence,
        kind=row.kind,
        title=row.title,
        note=row.note,
        starts_at=stamp(row.starts_at),
        ends_at=stamp(row.ends_at),
        zone=row.zone,
        state=row.state,
        people=[
            AttendanceOut(
                id=a.user_id,
                name=name_of(a.user),
                zone=a.user.zone,
                accepted=a.accepted_at is not None,
                shown_up=a.shown_up,
                under_agreement=a.agreement_id is not None,
            )
            for a in row.attendances.all()
        ],
    )
