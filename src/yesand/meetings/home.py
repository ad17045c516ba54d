"""A person's next meetings, on their own page."""

from __future__ import annotations

from collections.abc import Iterator

from yesand.meetings.models import Meeting
from yesand.meetings.services import mine
from yesand.people.frame import Panel
from yesand.people.models import User
from yesand.people.sight import Request

#: How many are shown before the list of all.
_NEXT = 4


def panels(request: Request) -> Iterator[Panel]:
    """Yield the meetings that come next; to a performer also that none is booked."""
    user = request.user
    if not isinstance(user, User):
        return
    rows = mine(user).filter(state=Meeting.State.BOOKED, ends_at__gt=request.place.clock.now())
    found = list(rows.prefetch_related("attendances__user__performer")[: _NEXT + 1])
    if found or request.sight.performer is not None:
        shown = {"meetings": found[:_NEXT], "more": len(found) > _NEXT, "zone": user.zone}
        yield Panel("meetings/next.html", shown, 15)
