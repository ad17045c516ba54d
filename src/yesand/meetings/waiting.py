"""What waits for a person: meetings of the next two days, invitations, hours to set."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

from django.urls import reverse
from django.utils.translation import gettext

from yesand.meetings.models import Availability, Meeting
from yesand.meetings.services import mine
from yesand.meetings.templatetags.meetings_words import times
from yesand.people.frame import PRODUCER, RATER, Waiting
from yesand.people.models import User
from yesand.people.sight import Request

_SOON = timedelta(hours=48)
_SEVERAL = 20


def waiting(request: Request) -> Iterator[Waiting]:
    """Yield what of one's meetings wants to be looked at."""
    user = request.user
    if not isinstance(user, User):
        return
    now = request.place.clock.now()
    rows = mine(user).filter(state=Meeting.State.BOOKED)
    for meeting in rows.filter(ends_at__gt=now, starts_at__lte=now + _SOON)[:_SEVERAL]:
        yield _of(meeting, gettext("%(title)s: %(when)s"), user, urgent=True)
    unanswered = rows.filter(
        starts_at__gt=now + _SOON, attendances__user=user, attendances__accepted_at=None
    )
    invited = mine(user).filter(pk__in=unanswered.values("pk"))
    for meeting in invited[:_SEVERAL]:
        if meeting.attendances.filter(user=user, accepted_at=None).exists():
            yield _of(meeting, gettext("You are invited: %(title)s, %(when)s"), user)
    yield from _to_close(request, user)


def _of(meeting: Meeting, shape: str, user: User, *, urgent: bool = False) -> Waiting:
    return Waiting(
        what=shape % {"title": meeting.title, "when": times(meeting, user.zone)},
        address=reverse("meeting", args=[meeting.uid]),
        since=meeting.made_at,
        urgent=urgent,
    )


def _to_close(request: Request, user: User) -> Iterator[Waiting]:
    """Yield what only some have to do: say how meetings went; say when they can be met."""
    now = request.place.clock.now()
    if PRODUCER in request.sight.roles:
        over = mine(user).filter(state=Meeting.State.BOOKED, ends_at__lte=now)
        for meeting in over[:_SEVERAL]:
            yield _of(meeting, gettext("Was it held? %(title)s, %(when)s"), user)
    bookable = {PRODUCER, RATER} & set(request.sight.roles)
    if bookable and not Availability.objects.filter(user=user).exists():
        yield Waiting(
            what=gettext("Say when you can be met, so that others can book you"),
            address=reverse("meeting_hours"),
            since=user.date_joined,
        )
