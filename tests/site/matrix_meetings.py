"""Who gets what: meetings."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from matrix import CLOSED, GONE, HERS_ALONE, LOGIN, SEEN, Row
from stage import Stage

from yesand.meetings.models import Meeting

#: The operations of the API send nobody to log in.
NOBODY, DONE, MADE, WRONG, NO = 401, 302, 201, 422, 409


def hers(stage: Stage) -> list[Any]:
    """A talk of Ada's with the producer, booked long before everybody looks."""
    return [str(meeting(stage).uid)]


def meeting(stage: Stage) -> Meeting:
    ada, producer = stage.users["ada"], stage.users["producer"]
    now = stage.house.place.clock.now()
    made, _ = Meeting.objects.get_or_create(
        title="Hers",
        defaults={
            "kind": "talk",
            "starts_at": datetime(2099, 5, 4, 9, tzinfo=UTC),
            "ends_at": datetime(2099, 5, 4, 10, tzinfo=UTC),
            "zone": "UTC",
            "made_by": producer,
            "made_at": now,
        },
    )
    for user in (ada, producer):
        made.attendances.get_or_create(user=user)
    return made


def to_nobody(stage: Stage) -> dict[str, Any]:
    return {
        "kind": "talk",
        "who": [stage.users["producer"].pk],
        "starts_at": "2020-01-01T10:00:00Z",
        "wall": "",
    }


HOURS = {
    "zone": "Europe/Berlin",
    "before": 0,
    "after": 0,
    "notice": 24,
    "cancel_notice": 24,
    "horizon_days": 60,
    "w00_from": "09:00",
    "w00_until": "17:00",
}
#: Ada is in it and the producer runs it: the first cancels, the other finds it done.
CHANGED = (LOGIN, DONE, GONE, GONE, GONE, GONE, DONE, NO, GONE)

ROWS = [
    Row("meetings", CLOSED),
    Row("meetings_calendar", CLOSED),
    Row("meeting_book", CLOSED),
    Row(
        "meeting_book",
        CLOSED,
        method="post",
        data=lambda s: {"kind": "talk"},
        case="with nobody",
    ),
    Row("meeting_hours", CLOSED),
    Row(
        "meeting_hours",
        (LOGIN, *(DONE,) * 8),
        method="post",
        data=lambda s: HOURS,
        case="kept",
    ),
    Row("meeting_feed", CLOSED),
    Row("meeting_feed", CLOSED, method="post", data=lambda s: {"do": "new"}, case="new"),
    Row("meeting_feed_ics", (GONE,) * 9, lambda s: ["no-such-secret"]),
    Row("meeting", HERS_ALONE, hers),
    Row("meeting_ics", HERS_ALONE, hers),
    Row("meeting_move", (LOGIN, SEEN, GONE, GONE, GONE, GONE, SEEN, NO, GONE), hers),
    Row(
        "meeting_move",
        (LOGIN, NO, GONE, GONE, GONE, GONE, NO, NO, GONE),
        hers,
        method="post",
        data=lambda s: {"at": "2020-01-01T10:00:00Z"},
        case="into the past",
    ),
    Row("meeting_cancel", (LOGIN, SEEN, GONE, GONE, GONE, GONE, SEEN, NO, GONE), hers),
    Row("meeting_cancel", CHANGED, hers, method="post", case="post"),
    Row("meeting_accept", CHANGED, hers, method="post", case="post"),
    Row(
        "meeting_outcome",
        (LOGIN, NO, GONE, GONE, GONE, GONE, NO, NO, GONE),
        hers,
        method="post",
        case="too early, and by a producer alone",
    ),
    Row("api:get /api/meetings", (NOBODY, *(SEEN,) * 8)),
    Row("api:get /api/meetings/people", (NOBODY, *(SEEN,) * 8)),
    Row("api:get /api/meetings/free", (NOBODY, *(WRONG,) * 8), case="of nothing"),
    Row(
        "api:post /api/meetings",
        # A producer asks others, never themselves; an auditor asks nobody.
        (NOBODY, NO, NO, NO, NO, NO, WRONG, WRONG, NO),
        data=to_nobody,
        case="in the past",
    ),
    Row(
        "api:post /api/meetings/{uid}/move",
        (NOBODY, NO, GONE, GONE, GONE, GONE, NO, NO, GONE),
        hers,
        data=lambda s: {"starts_at": "2020-01-01T10:00:00Z"},
        case="into the past",
    ),
    Row(
        "api:post /api/meetings/{uid}/cancel",
        (NOBODY, SEEN, GONE, GONE, GONE, GONE, SEEN, NO, GONE),
        hers,
    ),
]
