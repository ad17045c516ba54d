"""What the room holds about a person, and how it forgets."""

from __future__ import annotations

from typing import Any

from django.db import transaction

from yesand.kernel.clock import stamp
from yesand.kernel.place import Place
from yesand.meetings.models import (
    Availability,
    Change,
    Claim,
    Feed,
    Meeting,
    Notice,
    SpecialDay,
    WeeklyHours,
)
from yesand.meetings.services import cancel, mine
from yesand.people.models import User
from yesand.provenance import services as log


def held(user: User) -> dict[str, Any]:
    """Return everything that the room holds about a person."""
    asked = Availability.objects.filter(user=user).values(
        "before", "after", "notice", "cancel_notice", "horizon_days", "lengths"
    )
    special = SpecialDay.objects.filter(user=user).values("day", "off", "start", "end")
    return {
        "meetings": [_meeting(row, user) for row in mine(user)],
        "availability": {
            "zone": user.zone,
            "asks": list(asked),
            "weekly": list(WeeklyHours.objects.filter(user=user).values("weekday", "start", "end")),
            "special": [{**row, "day": row["day"].isoformat()} for row in special],
        },
        "calendar_address": [
            {"made_at": stamp(f.made_at), "read_at": f.read_at and stamp(f.read_at)}
            for f in Feed.objects.filter(user=user)
        ],
        "letters": [
            {
                "what": n.what,
                "meeting": str(n.meeting.uid),
                "sent_at": n.sent_at and stamp(n.sent_at),
            }
            for n in Notice.objects.filter(user=user).select_related("meeting")
        ],
    }


def _meeting(meeting: Meeting, user: User) -> dict[str, Any]:
    own = meeting.attendances.get(user=user)
    return {
        "uid": str(meeting.uid),
        "kind": meeting.kind,
        "title": meeting.title,
        "note": meeting.note,
        "starts_at": stamp(meeting.starts_at),
        "ends_at": stamp(meeting.ends_at),
        "zone": meeting.zone,
        "state": meeting.state,
        "agreement": own.agreement_id,
        "shown_up": own.shown_up,
        "changes": [
            {"what": c.what, "at": stamp(c.at), "reason": c.reason, "by_you": c.by_id == user.pk}
            for c in meeting.changes.all()
        ],
    }


def erase(place: Place, user: User) -> None:
    """Cancel what is still to come, and forget hours, addresses, words and letters.

    That a meeting was, and how long, stays: it is the ground of a session fee. Its words go.
    """
    now = place.clock.now()
    with transaction.atomic():
        for meeting in mine(user).filter(state=Meeting.State.BOOKED, starts_at__gt=now):
            cancel(place, user, meeting.uid, reason="The account was erased.")
        for model in (Availability, WeeklyHours, SpecialDay, Feed, Notice, Claim):
            model.objects.filter(user=user).delete()
        rows = mine(user)
        for meeting in rows:
            meeting.title, meeting.note = meeting.get_kind_display(), ""
            meeting.save(update_fields=["title", "note"])
        changes = Change.objects.filter(meeting__in=rows.values("pk"))
        changes.filter(by=user).exclude(reason="").update(reason="")
        log.erase(change.entry for change in changes.select_related("entry"))
