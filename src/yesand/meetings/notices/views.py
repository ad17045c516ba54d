"""What the letters say: in the reader's language, on the reader's wall clock."""

from __future__ import annotations

from django.conf import settings
from django.core.mail import EmailMultiAlternatives
from django.template.loader import render_to_string
from django.utils.translation import gettext

from yesand.kernel.place import Place
from yesand.meetings.calendars.services import name_of
from yesand.meetings.invitation import CANCEL, REQUEST, Guest, Invitation
from yesand.meetings.invitation import letter as calendar
from yesand.meetings.models import Meeting, Notice
from yesand.people.addresses import domain, public
from yesand.people.models import User


def letter(place: Place, notice: Notice) -> EmailMultiAlternatives:
    """Return the letter of a notice; invitations and cancellations carry the calendar object."""
    meeting, user = notice.meeting, notice.user
    others = [a.user for a in meeting.attendances.select_related("user") if a.user_id != user.pk]
    told = {
        "notice": notice,
        "meeting": meeting,
        "zone": user.zone,
        "name": name_of(user),
        "others": [name_of(other) for other in others],
        "change": meeting.changes.last(),
        "house": place.name,
        "link": public("meeting", meeting.uid),
    }
    made = EmailMultiAlternatives(
        subject=_subject(notice),
        body=render_to_string("meetings/letter.txt", told),
        to=[user.email],
        headers={"Message-ID": _message_id(place, notice)},
    )
    if notice.what in (Notice.What.REQUEST, Notice.What.CANCEL):
        method = CANCEL if notice.what == Notice.What.CANCEL else REQUEST
        body = calendar(invitation(place, meeting, user), method).decode()
        made.attach_alternative(body, f'text/calendar; method={method}; charset="utf-8"')
    return made


def _subject(notice: Notice) -> str:
    shape = {
        Notice.What.CANCEL: gettext("Cancelled: %s"),
        Notice.What.DAY: gettext("Tomorrow: %s"),
        Notice.What.HOUR: gettext("In an hour: %s"),
    }.get(Notice.What(notice.what))
    if shape is None:
        shape = gettext("Moved: %s") if notice.sequence else gettext("Invitation: %s")
    return shape % notice.meeting.title


def _message_id(place: Place, notice: Notice) -> str:
    told = (notice.meeting.uid, notice.sequence, notice.what, notice.user_id)
    return f"<{'.'.join(map(str, told))}@{domain(place)}>"


def invitation(place: Place, meeting: Meeting, reader: User) -> Invitation:
    """Return a meeting as one reader's calendar is told of it.

    Its fellows are named; their mail addresses are nobody else's business.
    """
    change = meeting.changes.last()
    guests = [
        Guest(
            name=name_of(a.user),
            address=_address(a.user, reader),
            accepted=a.accepted_at is not None,
        )
        for a in meeting.attendances.select_related("user")
    ]
    return Invitation(
        uid=f"{meeting.uid}@{domain(place)}",
        sequence=meeting.sequence,
        title=meeting.title,
        about=meeting.note,
        start=meeting.starts_at,
        end=meeting.ends_at,
        zone=meeting.zone,
        changed=change.at if change else meeting.made_at,
        house=place.name,
        organizer=settings.DEFAULT_FROM_EMAIL,
        guests=guests,
        cancelled=meeting.state == Meeting.State.CANCELLED,
        url=public("meeting", meeting.uid),
    )


def _address(user: User, reader: User) -> str:
    own = user == reader and user.email
    return user.email if own else f"account-{user.pk}@no-mail.invalid"
