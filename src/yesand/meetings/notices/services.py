"""Which letters a meeting's state asks for, and sending each of them once.

A letter is a row, unique by meeting, person, kind and state. It is planned in the transaction that
changes the meeting, so there is never one without the other. A row that is marked as sent is never
sent again; if a worker dies between the post office's yes and that mark, nobody can tell, and it
goes once more under the same Message-ID, by which mail programs know a copy.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from smtplib import SMTPException

from django.db import transaction
from django.utils import translation

from yesand.kernel.place import Place
from yesand.meetings.models import Attendance, Meeting, Notice
from yesand.meetings.notices.tasks import deliver
from yesand.meetings.notices.views import letter

_BEFORE = {Notice.What.DAY: timedelta(hours=24), Notice.What.HOUR: timedelta(hours=1)}
#: After that many failures a letter is given up: with a doubling wait, after about a day.
ATTEMPTS = 11


def plan(place: Place, meeting: Meeting) -> None:
    """Plan the letters of a meeting's new state, in the caller's transaction."""
    now = place.clock.now()
    booked = meeting.state == Meeting.State.BOOKED
    first = Notice.What.REQUEST if booked else Notice.What.CANCEL
    for row in meeting.attendances.select_related("user"):
        _plan(meeting, row, first, now, now)
        for what, before in _BEFORE.items():
            if booked and meeting.starts_at - before > now:
                _plan(meeting, row, what, meeting.starts_at - before, now)


def _plan(
    meeting: Meeting, row: Attendance, what: Notice.What, due_at: datetime, now: datetime
) -> None:
    notice, new = Notice.objects.get_or_create(
        meeting=meeting,
        user=row.user,
        what=what,
        sequence=meeting.sequence,
        defaults={"due_at": due_at},
    )
    if new:
        deliver.using(run_after=due_at if due_at > now else None).enqueue(notice.pk)


def send(place: Place, notice_id: int) -> str:
    """Send one letter, if it still tells the truth; return what became of it.

    A post office that does not answer is asked again later, twice as late each time.
    """
    notice = Notice.objects.select_related("meeting", "user").filter(pk=notice_id).first()
    now = place.clock.now()
    if notice is None or notice.sent_at or notice.dropped_at:
        return "done before"
    if not _still_true(notice, now) or not notice.user.email or not notice.user.is_active:
        Notice.objects.filter(pk=notice.pk).update(dropped_at=now)
        return "dropped"
    try:
        with translation.override(notice.user.language):
            letter(place, notice).send()
    except (OSError, SMTPException) as fault:
        return _later(notice, now, fault)
    Notice.objects.filter(pk=notice.pk).update(sent_at=now, attempts=notice.attempts + 1)
    return "sent"


def _still_true(notice: Notice, now: datetime) -> bool:
    meeting = notice.meeting
    if notice.sequence != meeting.sequence:
        return False
    if notice.what == Notice.What.CANCEL:
        return meeting.state == Meeting.State.CANCELLED
    return meeting.state == Meeting.State.BOOKED and meeting.starts_at > now


def _later(notice: Notice, now: datetime, fault: Exception) -> str:
    tried = notice.attempts + 1
    with transaction.atomic():
        Notice.objects.filter(pk=notice.pk).update(
            attempts=tried, dropped_at=now if tried >= ATTEMPTS else None
        )
        if tried < ATTEMPTS:
            wait = timedelta(minutes=2 ** (tried - 1))
            deliver.using(run_after=now + wait).enqueue(notice.pk)
    return f"failed {tried} times: {fault}"[:500]
