"""Booking, moving, cancelling and closing meetings; every function is told by whom, from the
session, and acts on that person's meetings alone (a producer's are all).
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import UTC, date, datetime, time, timedelta
from uuid import UUID

from django.db import transaction
from django.db.models import QuerySet

from yesand.agreements.models import Agreement
from yesand.kernel.errors import BadInput, Refused
from yesand.kernel.place import Place
from yesand.meetings import availability, kinds
from yesand.meetings.calendars import services as calendars
from yesand.meetings.company.services import (
    People,
    agreements_among,
    group_of,
    groups,
    length_for,
    roles,
    titled,
    to_ask,
)
from yesand.meetings.models import Attendance, Change, Claim, Meeting
from yesand.meetings.notices import services as notices
from yesand.meetings.spans import Span
from yesand.meetings.state.services import (
    enter,
    is_late,
    late_for,
    locked,
    may_change,
    one,
    opened,
    quickest,
    refuse_begun,
    same,
    seen,
    words,
)
from yesand.meetings.wall import zone_of
from yesand.people.frame import PRODUCER
from yesand.people.models import User

__all__ = [
    "accept",
    "agreements",
    "book",
    "cancel",
    "close",
    "free",
    "is_late",
    "lengths",
    "may_change",
    "mine",
    "move",
    "one",
    "seen",
    "to_ask",
    "to_change",
]


def mine(user: User) -> QuerySet[Meeting]:
    """Return the meetings that a person is in, in the order of time."""
    return Meeting.objects.filter(attendances__user=user).order_by("starts_at", "id")


def free(
    place: Place,
    user: User,
    kind: str,
    people: People,
    day: date,
    length: int | None = None,
    *,
    days: int = 1,
    with_me: bool = True,
    instead_of: Meeting | None = None,
) -> list[Span]:
    """Return when all of them can meet on a day (of ``user``'s zone): starts and ends in UTC.

    Parameters
    ----------
    people : accounts that ``user`` may ask, or a role: then anybody in it will do.
    length : minutes; the shortest that suits everybody, if not told.
    days : how many days to look at.
    instead_of : a meeting that would be moved.
    """
    kinds.checked(kind)
    start, end = _days(user, day, days)
    found: set[Span] = set()
    together = [group_of(instead_of)] if instead_of else groups(user, people, with_me)
    for group in together:
        minutes = length_for(kind, group, length) if instead_of is None else 0
        lasts = instead_of.length if instead_of else timedelta(minutes=minutes)
        around = [_person(u, user, start, end, instead_of) for u in group]
        starts = availability.free(around, start, end, lasts, place.clock.now())
        found |= {(at, at + lasts) for at in starts}
    return sorted(found)


def book(
    place: Place,
    user: User,
    kind: str,
    people: People,
    starts_at: datetime,
    length: int | None = None,
    *,
    title: str = "",
    note: str = "",
    with_me: bool = True,
) -> Meeting:
    """Book a meeting and invite everybody; the same again is the same meeting.

    Parameters
    ----------
    people : as for ``free``; of a role, the first who can is taken.
    with_me : ``user`` is in it; only a producer books for others alone.

    Raises
    ------
    BadInput : people, a time or a length that cannot be.
    Refused : somebody cannot, or was quicker; or a performer has no agreement in force.
    """
    kinds.checked(kind)
    together = groups(user, people, with_me)
    group = _first_free(place, user, together, kind, starts_at, length)
    lasts = timedelta(minutes=length_for(kind, group, length))
    before = same(user, kind, group, starts_at, lasts)
    if before is not None:
        return before
    told = {"title": _tidy(title) or titled(kind, group), "note": words(note, 5000)}
    try:
        return _booked(place, user, kind, group, (starts_at, starts_at + lasts), told)
    except Refused:  # perhaps by the same form, sent from a second tab at the same moment
        before = same(user, kind, group, starts_at, lasts)
        if before is None:
            raise
        return before


def _booked(
    place: Place, user: User, kind: str, group: list[User], when: Span, told: dict[str, str]
) -> Meeting:
    now, (starts_at, ends_at) = place.clock.now(), when
    with quickest(), transaction.atomic():
        agreed = agreements_among(kind, group, starts_at)
        _refuse_unless_free(place, user, group, starts_at, ends_at - starts_at)
        meeting = Meeting.objects.create(
            kind=kind,
            starts_at=starts_at,
            ends_at=ends_at,
            zone=user.zone,
            made_by=user,
            made_at=now,
            **told,
        )
        for u in group:
            accepted_at = now if u == user else None
            Attendance.objects.create(
                meeting=meeting, user=u, agreement=agreed.get(u.pk), accepted_at=accepted_at
            )
        Claim.objects.bulk_create(calendars.claims(meeting, group))
        enter(place, meeting, Change.What.BOOKED, user)
        notices.plan(place, meeting)
    return meeting


def move(
    place: Place,
    user: User,
    uid: UUID | str,
    starts_at: datetime,
    *,
    reason: str = "",
    sequence: int | None = None,
) -> Meeting:
    """Move a meeting, keeping its length; to where it is already changes nothing.

    Parameters
    ----------
    sequence : the state that the person was looking at; refused if it has changed since.

    Raises
    ------
    BadInput : a reason is needed. Refused : somebody cannot, or it is over, or has changed.
    """
    with quickest(), transaction.atomic():
        meeting = opened(user, uid, sequence, unless_at=starts_at)
        if meeting.starts_at == starts_at:
            return meeting
        refuse_begun(place, meeting)
        late = late_for(place, user, meeting, reason)
        group, lasts = group_of(meeting), meeting.length
        agreed = agreements_among(meeting.kind, group, starts_at)
        _refuse_unless_free(place, user, group, starts_at, lasts, meeting)
        Claim.objects.filter(meeting=meeting).delete()
        meeting.starts_at, meeting.ends_at = starts_at, starts_at + lasts
        meeting.sequence += 1
        meeting.save(update_fields=["starts_at", "ends_at", "sequence"])
        for row in meeting.attendances.all():
            row.agreement = agreed.get(row.user_id)
            row.accepted_at = place.clock.now() if row.user_id == user.pk else None
            row.save(update_fields=["agreement", "accepted_at"])
        Claim.objects.bulk_create(calendars.claims(meeting, group))
        enter(place, meeting, Change.What.MOVED, user, reason, late=late)
        notices.plan(place, meeting)
    return meeting


def cancel(
    place: Place, user: User, uid: UUID | str, *, reason: str = "", sequence: int | None = None
) -> Meeting:
    """Cancel a meeting and tell everybody; again changes nothing.

    Raises
    ------
    BadInput : a reason is needed. Refused : it has begun or is over, or has changed.
    """
    with transaction.atomic():
        meeting = locked(user, uid)
        if meeting.state == Meeting.State.CANCELLED:
            return meeting
        meeting = opened(user, uid, sequence)
        refuse_begun(place, meeting)
        late = late_for(place, user, meeting, reason)
        Claim.objects.filter(meeting=meeting).delete()
        meeting.state = Meeting.State.CANCELLED
        meeting.sequence += 1
        meeting.save(update_fields=["state", "sequence"])
        enter(place, meeting, Change.What.CANCELLED, user, reason, late=late)
        notices.plan(place, meeting)
    return meeting


def accept(place: Place, user: User, uid: UUID | str) -> Meeting:
    """Say that one will be there.

    Raises
    ------
    Refused : it is over.
    """
    with transaction.atomic():
        meeting = opened(user, uid)
        row = meeting.attendances.filter(user=user).first()
        if row is None:
            raise Refused("You are not in this meeting")
        if row.accepted_at is None:
            row.accepted_at = place.clock.now()
            row.save(update_fields=["accepted_at"])
    return meeting


def close(
    place: Place, user: User, uid: UUID | str, absent: Collection[int] = (), *, reason: str = ""
) -> Meeting:
    """Mark a meeting as held, and who stayed away; held by nobody but producers, it was missed.

    Parameters
    ----------
    absent : accounts (their keys) of those who did not come.

    Raises
    ------
    Refused : not by a producer; not before it begins; not once it is cancelled.
    """
    if PRODUCER not in roles(user):
        raise Refused("Only a producer marks a meeting as held")
    with transaction.atomic():
        meeting = locked(user, uid)
        if meeting.state == Meeting.State.CANCELLED:
            raise Refused("It was cancelled")
        if meeting.starts_at > place.clock.now():
            raise Refused("It has not begun", remedy="Cancel or move it instead.")
        rows = list(meeting.attendances.all())
        if not set(absent) <= {row.user_id for row in rows}:
            raise BadInput("Who stayed away must have been in it")
        for row in rows:
            row.shown_up = row.user_id not in absent
            row.save(update_fields=["shown_up"])
        others = [row for row in rows if PRODUCER not in roles(row.user)] or rows
        missed = not any(row.shown_up for row in others)
        what = Change.What.NO_SHOW if missed else Change.What.HELD
        meeting.state = Meeting.State(what.value)
        meeting.save(update_fields=["state"])
        enter(place, meeting, what, user, reason)
    return meeting


def to_change(user: User, uid: UUID | str) -> Meeting:
    """Return a meeting that a person may move or cancel.

    Raises
    ------
    NotFound : there is none. Refused : they see it and are not in it.
    """
    meeting = one(user, uid)
    if not may_change(user, meeting):
        raise Refused("You are not in this meeting")
    return meeting


def agreements(kind: str, group: Sequence[User], at: datetime) -> list[Agreement]:
    """Return the agreements that a meeting of these people would be under.

    Raises
    ------
    BadInput : it needs somebody else too. Refused : a performer has none in force then.
    """
    return list(agreements_among(kinds.checked(kind), group, at).values())


def lengths(kind: str, group: Sequence[User]) -> list[int]:
    """Return the minutes that a meeting of that kind may last among these people."""
    return kinds.common_lengths(kinds.checked(kind), calendars.lengths_of(group))


def _first_free(
    place: Place,
    user: User,
    together: list[list[User]],
    kind: str,
    starts_at: datetime,
    length: int | None,
) -> list[User]:
    """Return the first group that has that time free; of one alone, it is said later why not."""
    for group in together[:-1]:
        lasts = timedelta(minutes=length_for(kind, group, length))
        if same(user, kind, group, starts_at, lasts):
            return group
        try:
            _refuse_unless_free(place, user, group, starts_at, lasts)
        except Refused:
            continue
        return group
    return together[-1]


def _days(user: User, day: date, days: int) -> Span:
    """Return the moments at which days of a person's zone begin and end."""
    zone = zone_of(user.zone)
    edges = (datetime.combine(day + timedelta(days=n), time(), zone) for n in (0, days))
    first, last = (edge.astimezone(UTC) for edge in edges)
    return first, last


def _person(
    u: User, user: User, start: datetime, end: datetime, without: Meeting | None
) -> availability.Person:
    return calendars.person(u, start, end, booking=u == user, without=without)


def _refuse_unless_free(
    place: Place,
    user: User,
    group: Sequence[User],
    start: datetime,
    lasts: timedelta,
    without: Meeting | None = None,
) -> None:
    around = [_person(u, user, start, start + lasts, without) for u in group]
    availability.refuse_unless_free(around, start, lasts, place.clock.now())


def _tidy(text: str) -> str:
    return " ".join("".join(c if c.isprintable() else " " for c in text).split())[:200]
