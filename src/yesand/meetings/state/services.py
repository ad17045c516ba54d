"""What stands of a meeting, and what is written down when it changes."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime, timedelta
from uuid import UUID

from django.core.exceptions import ValidationError
from django.db import IntegrityError, OperationalError
from django.db.models import QuerySet

from yesand.kernel.clock import stamp
from yesand.kernel.errors import BadInput, NotFound, Refused
from yesand.kernel.ids import digest_of
from yesand.kernel.place import Place
from yesand.kernel.wording import marked as _
from yesand.meetings import availability
from yesand.meetings.calendars import services as calendars
from yesand.meetings.company.services import group_of, roles
from yesand.meetings.models import Change, Meeting
from yesand.people.frame import PRODUCER
from yesand.people.models import User
from yesand.people.sight import Sight, visible
from yesand.provenance import services as log
from yesand.provenance.kinds import Kind

_KINDS = {
    Change.What.BOOKED: Kind.MEETING_BOOKED,
    Change.What.MOVED: Kind.MEETING_MOVED,
    Change.What.CANCELLED: Kind.MEETING_CANCELLED,
    Change.What.HELD: Kind.MEETING_HELD,
    Change.What.NO_SHOW: Kind.MEETING_MISSED,
}


def seen(user: User) -> QuerySet[Meeting]:
    """Return the meetings that a person may see: their own; producers and auditors see all."""
    return visible(Meeting, Sight.of(user))


def one(user: User, uid: UUID | str) -> Meeting:
    """Return a meeting that a person may see.

    Raises
    ------
    NotFound : there is none, or it is somebody else's.
    """
    try:
        return seen(user).get(uid=uid)
    except (Meeting.DoesNotExist, ValidationError):
        raise NotFound("No meeting of yours is here", where=str(uid)[:40]) from None


def may_change(user: User, meeting: Meeting) -> bool:
    """Tell whether a person may move or cancel a meeting."""
    return PRODUCER in roles(user) or meeting.attendances.filter(user=user).exists()


def is_late(place: Place, user: User, meeting: Meeting) -> bool:
    """Tell whether moving or cancelling now is within the notice that others in it ask for."""
    others = [u for u in group_of(meeting) if u != user]
    return place.clock.now() > meeting.starts_at - calendars.cancel_notice(others)


def same(
    user: User, kind: str, group: Sequence[User], starts_at: datetime, lasts: timedelta
) -> Meeting | None:
    """Return the meeting that was booked by the same form, sent twice."""
    rows = Meeting.objects.filter(
        made_by=user,
        kind=kind,
        starts_at=starts_at,
        ends_at=starts_at + lasts,
        state=Meeting.State.BOOKED,
    )
    wanted = {u.pk for u in group}
    return next((m for m in rows if {u.pk for u in group_of(m)} == wanted), None)


def locked(user: User, uid: UUID | str) -> Meeting:
    """Return a meeting for a person to change, and keep others from changing it meanwhile."""
    meeting = one(user, uid)
    if not may_change(user, meeting):
        raise Refused("You are not in this meeting")
    return Meeting.objects.select_for_update().get(pk=meeting.pk)


def opened(
    user: User,
    uid: UUID | str,
    sequence: int | None = None,
    unless_at: datetime | None = None,
) -> Meeting:
    meeting = locked(user, uid)
    if meeting.state != Meeting.State.BOOKED:
        raise Refused(f"The meeting is {meeting.get_state_display()}", remedy="Book another.")
    if sequence is not None and sequence != meeting.sequence and meeting.starts_at != unless_at:
        raise Refused(
            "Somebody has changed this meeting since you looked", remedy="Look at it again first."
        )
    return meeting


def refuse_begun(place: Place, meeting: Meeting) -> None:
    if meeting.starts_at <= place.clock.now():
        raise Refused(
            "The meeting has begun", remedy="The producer can mark it as held, or who stayed away."
        )


def late_for(place: Place, user: User, meeting: Meeting, reason: str) -> bool:
    late = is_late(place, user, meeting)
    if late and not reason.strip():
        others = [u for u in group_of(meeting) if u != user]
        notice = availability.spoken(calendars.cancel_notice(others))
        raise BadInput(
            f"This is within the {notice} of notice that somebody in it asks for",
            remedy="Say why; they will be told.",
        )
    return late


def enter(
    place: Place,
    meeting: Meeting,
    what: Change.What,
    user: User,
    reason: str = "",
    *,
    late: bool = False,
) -> None:
    """Keep what was done, and enter it in the log."""
    told = {
        "at": stamp(place.clock.now()),
        "ends_at": stamp(meeting.ends_at),
        "meeting": str(meeting.uid),
        "sequence": meeting.sequence,
        "starts_at": stamp(meeting.starts_at),
        "under": sorted(
            meeting.attendances.exclude(agreement=None).values_list("agreement_id", flat=True)
        ),
        "what": what.value,
    }
    Change.objects.create(
        meeting=meeting,
        what=what,
        sequence=meeting.sequence,
        by=user,
        at=place.clock.now(),
        reason=words(reason, 2000),
        late=late,
        starts_at=meeting.starts_at,
        ends_at=meeting.ends_at,
        entry=log.record(place, _KINDS[what], digest_of(told)),
    )


def words(text: str, most: int) -> str:
    """Return what a person wrote, as it can be kept: PostgreSQL takes no NUL."""
    return text.replace("\0", "").strip()[:most]


@contextmanager
def quickest() -> Iterator[None]:
    """Say kindly that somebody else was quicker."""
    try:
        yield
    except IntegrityError as fault:
        if "one_place_at_a_time" not in str(fault) and "meetings_claim" not in str(fault):
            raise
        raise _beaten() from fault
    except OperationalError as fault:
        if "deadlock" not in str(fault).lower():
            raise
        raise _beaten() from fault


def _beaten() -> Refused:
    return Refused(
        _("Somebody was quicker: that time is taken now"), remedy=_("Choose another time.")
    )
