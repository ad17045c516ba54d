"""A producer's way to a meeting with the people whom they name: the page on which they confirm it.

A tool takes no name, so none is proposed here. Names that the producer typed lead to the page of
bookings, filled in; it books by their own click.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace
from datetime import date, datetime
from urllib.parse import urlencode

from django.utils.translation import gettext as _

from yesand.heidi.reply import Link, Reply
from yesand.heidi.slots import Meet
from yesand.heidi.tools.asker import Asker, page
from yesand.heidi.tools.meetings import NAMES, TALK, chosen, told_at
from yesand.heidi.when import When
from yesand.kernel.clock import stamp
from yesand.meetings import services as room
from yesand.meetings.calendars.services import hours_of, name_of
from yesand.meetings.spans import Span
from yesand.people.frame import PRODUCER
from yesand.people.models import User

_WORD = re.compile(r"[\w-]+")
#: More people than these nobody names in one sentence.
_MOST = 8


def with_the_people_named(reply: Reply, asker: Asker, slots: Meet, text: str) -> Reply:
    """Lead a producer to the meeting that they asked for, where they said with whom."""
    people = _named(asker, text) if PRODUCER in asker.sight.roles else []
    if not people or not page("meeting_book"):
        return reply
    kind, names = slots.kind or TALK, ", ".join(map(name_of, people))
    if unset := [user for user in people if hours_of(user) is None]:
        return Reply(_without_hours(unset), links=(_way(kind, people, names),))

    def look(day: date, days: int) -> list[Span]:
        return room.free(asker.place, asker.user, kind, people, day, days=days)

    def name(at: str) -> str:
        told = {"what": _(NAMES[kind]), "names": names, "at": at}
        return _("Book a %(what)s with %(names)s on %(at)s") % told

    able, answer = chosen(asker, When(slots.day, slots.time), slots.zone, look, name)
    if answer is not None:
        return replace(answer, links=(_way(kind, people, names), *answer.links))
    told = _("That time is free for all of you. Nothing is booked until you confirm it there:")
    links = (_way(kind, people, f"{names}, {told_at(asker, at)}", at) for at in able)
    return Reply(told, links=tuple(links))


def _without_hours(people: Sequence[User]) -> str:
    """Say who cannot be booked, since they never said when they can be met."""
    each = _("%(who)s has not said yet when they can be met.")
    told = " ".join(each % {"who": name_of(user)} for user in people)
    return f"{told} {_('Ask them to set their hours, then look again.')}"


def _named(asker: Asker, text: str) -> list[User]:
    """Return those of the people whom the producer may ask that their sentence names."""
    _before, found, after = text.lower().partition(" with ")
    words = set(_WORD.findall(after if found else text.lower()))
    return [user for user in room.to_ask(asker.user) if _forms(user) & words][:_MOST]


def _forms(user: User) -> set[str]:
    """Return what a person is called by in one word: account, handle, first name."""
    performer = getattr(user, "performer", None)
    first = _WORD.findall(name_of(user).lower())[:1]
    return {user.username.lower(), *first, *([performer.handle.lower()] if performer else [])}


def _way(kind: str, people: Sequence[User], says: str, at: datetime | None = None) -> Link:
    query = [("kind", kind), *(("who", str(user.pk)) for user in people)]
    if at is not None:
        query.append(("at", stamp(at)))
    mark = "confirm" if at is not None else "when"
    label = _("Book with %(whom)s") % {"whom": says}
    return Link(label, f"{page('meeting_book')}?{urlencode(query)}#{mark}")
