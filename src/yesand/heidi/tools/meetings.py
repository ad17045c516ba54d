"""Meetings: one's own, booked, moved and cancelled. The tools propose; only a click does it."""

from __future__ import annotations

from datetime import date, datetime
from importlib import import_module
from importlib.util import find_spec
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop, ngettext

from yesand.heidi.reply import Link, Reply, Row, Wish
from yesand.heidi.slots import Change, Meet, Slots
from yesand.heidi.tools.asker import Asker, page
from yesand.heidi.when import When
from yesand.kernel.errors import NotFound, YesAndError
from yesand.people.frame import PRODUCER, RATER

#: How many days ahead free times are looked for, and how many are shown.
AHEAD, MOST = 14, 6
TALK, PERFORMANCE, RATING = "talk", "performance", "rating"
_NAMES = {
    TALK: gettext_noop("meeting"),
    PERFORMANCE: gettext_noop("recording session"),
    RATING: gettext_noop("rating hour"),
}


def here() -> bool:
    """Tell whether meetings can be booked in this house."""
    return find_spec("yesand.meetings.services") is not None


def _room() -> Any:
    return import_module("yesand.meetings.services")


def mine(asker: Asker, _slots: Slots) -> Reply:
    """List the meetings that are still to come."""
    found = _coming(asker)
    links = tuple(_links())
    suggestions = (_("Book a meeting"),)
    if not found:
        return Reply(_("Nothing is booked for you."), links=links, suggestions=suggestions)
    text = ngettext("You have %(n)d meeting ahead.", "You have %(n)d meetings ahead.", len(found))
    rows = tuple(Row(_at(asker, m.starts_at), m.title, _page(m)) for m in found[:MOST])
    return Reply(text % {"n": len(found)}, rows=rows, links=links)


def book(asker: Asker, slots: Meet) -> Reply:
    """Propose a meeting at a time that is free; without a time, show which are."""
    kind = slots.kind or TALK
    if (kind == PERFORMANCE and asker.sight.performer is None) or (
        kind == RATING and RATER not in asker.sight.roles
    ):
        kind = TALK
    if PRODUCER in asker.sight.roles:
        return _elsewhere(_("As a producer you choose whom to meet, on this page:"), "meeting_book")
    moment = _utc(asker, When(slots.day, slots.time).moment(asker.now.replace(tzinfo=None)))
    if moment is None:
        return _free(asker, kind, slots.day, _("When would suit you? These times are free:"))
    if moment <= asker.place.clock.now():
        return _free(asker, kind, None, _("That is in the past. These times are free:"))
    if not _is_free(asker, kind, moment):
        day = moment.astimezone(asker.zone).date()
        return _free(asker, kind, day, _("That time is not free. These are:"))
    says = _("Book a %(what)s with the producer, %(at)s") % {
        "what": _(_NAMES[kind]),
        "at": _at(asker, moment),
    }
    wish = Wish("book", {"kind": kind, "at": moment.isoformat()}, says)
    return Reply(_("That time is free. Shall I book it?"), wishes=(wish,))


def move(asker: Asker, slots: Change) -> Reply:
    """Propose another time for one of the person's meetings."""
    meeting, question = _which(asker, slots.of_day, _("Which one shall be moved?"), "meeting_move")
    if meeting is None:
        return question
    begins = meeting.starts_at.astimezone(asker.zone)
    moment = None
    if slots.day or slots.time:
        told = When(slots.day or begins.date(), slots.time or begins.time())
        moment = _utc(asker, told.moment(asker.now.replace(tzinfo=None)))
    if moment is None:
        return _elsewhere(
            _("When shall %(title)s, %(at)s, be instead? Tell me a day and a time, or choose:")
            % {"title": meeting.title, "at": _at(asker, meeting.starts_at)},
            "meeting_move",
            meeting,
        )
    says = _("Move %(title)s from %(old)s to %(new)s") % {
        "title": meeting.title,
        "old": _at(asker, meeting.starts_at),
        "new": _at(asker, moment),
    }
    wish = Wish("move", {"uid": str(meeting.uid), "at": moment.isoformat()}, says)
    return Reply(_("Shall I ask for that time?"), wishes=(wish,))


def cancel(asker: Asker, slots: Change) -> Reply:
    """Propose to cancel one of the person's meetings."""
    meeting, question = _which(
        asker, slots.of_day, _("Which one shall be cancelled?"), "meeting_cancel"
    )
    if meeting is None:
        return question
    says = _("Cancel %(title)s, %(at)s") % {
        "title": meeting.title,
        "at": _at(asker, meeting.starts_at),
    }
    wish = Wish("cancel", {"uid": str(meeting.uid)}, says)
    return Reply(_("Shall I cancel it? Everybody in it will be told."), wishes=(wish,))


def perform(asker: Asker, tool: str, slots: dict[str, Any]) -> tuple[str, str]:
    """Do what the person clicked; return what was done, and where it is seen.

    Raises
    ------
    YesAndError : it cannot be done (any more), with the reason.
    """
    if not here():
        raise NotFound("Meetings cannot be booked in this house")
    room, at = _room(), slots.get("at")
    moment = datetime.fromisoformat(at) if at else None
    if tool == "book":
        made = room.book(asker.place, asker.user, slots["kind"], PRODUCER, moment)
        return _("Booked: %(at)s.") % {"at": _at(asker, made.starts_at)}, _page(made)
    if tool == "move":
        made = room.move(asker.place, asker.user, slots["uid"], moment)
        return _("Moved to %(at)s.") % {"at": _at(asker, made.starts_at)}, _page(made)
    made = room.cancel(asker.place, asker.user, slots["uid"])
    return _("Cancelled, and everybody told."), _page(made)


def _coming(asker: Asker) -> list[Any]:
    rows = _room().mine(asker.user).filter(state="booked", ends_at__gt=asker.place.clock.now())
    return list(rows.order_by("starts_at", "id"))


def _which(asker: Asker, day: date | None, question: str, address: str) -> tuple[Any | None, Reply]:
    """Return the one meeting that is meant, or a question which."""
    found = _coming(asker)
    if day is not None:
        found = [m for m in found if m.starts_at.astimezone(asker.zone).date() == day] or found
    if len(found) == 1:
        return found[0], Reply("")
    if not found:
        return None, Reply(_("Nothing is booked for you."), links=tuple(_links()))
    rows = tuple(
        Row(_at(asker, m.starts_at), m.title, page(address, m.uid, otherwise=_page(m)))
        for m in found[:MOST]
    )
    return None, Reply(question, rows=rows)


def _free(asker: Asker, kind: str, day: date | None, text: str) -> Reply:
    """Show times that are free, as buttons that say them."""
    try:
        spans = _spans(asker, kind, day or asker.now.date(), 1 if day else AHEAD)
        if not spans and day:
            spans = _spans(asker, kind, day, AHEAD)
    except YesAndError as fault:
        return Reply(fault.sentence(), links=tuple(_links()), offers_human=True)
    if not spans:
        text = _("No time is free in the next %(n)d days.") % {"n": AHEAD}
        return Reply(text, links=tuple(_links()), offers_human=True)
    begins = (start.astimezone(asker.zone) for start, _end in _spread(spans))
    what, at = _(_NAMES[kind]), _("at")
    suggestions = tuple(
        _("Book a %(what)s on %(at)s") % {"what": what, "at": f"{b:%Y-%m-%d} {at} {b:%H:%M}"}
        for b in begins
    )
    return Reply(text, suggestions=suggestions, links=tuple(_links()))


def _spread(spans: list[Any]) -> list[Any]:
    """Return a few of many free times, over several days rather than all in one morning."""
    step = max(1, len(spans) // MOST)
    return spans[::step][:MOST]


def _spans(asker: Asker, kind: str, day: date, days: int) -> list[Any]:
    return list(_room().free(asker.place, asker.user, kind, PRODUCER, day, days=days))


def _is_free(asker: Asker, kind: str, moment: datetime) -> bool:
    day = moment.astimezone(asker.zone).date()
    try:
        return any(start == moment for start, _end in _spans(asker, kind, day, 1))
    except YesAndError:
        return False


def _utc(asker: Asker, local: datetime | None) -> datetime | None:
    if local is None:
        return None
    utc = (local.replace(tzinfo=asker.zone)).timestamp()
    return datetime.fromtimestamp(utc, tz=asker.place.clock.now().tzinfo)


def _at(asker: Asker, moment: datetime) -> str:
    local = moment.astimezone(asker.zone)
    return f"{local:%A}, {local:%Y-%m-%d} {local:%H:%M} ({asker.zone.key})"


def _page(meeting: Any) -> str:
    return page("meeting", meeting.uid, otherwise=page("meetings"))


def _links() -> list[Link]:
    names = ((_("Your meetings"), "meetings"), (_("Book by hand"), "meeting_book"))
    return [Link(name, page(address)) for name, address in names if page(address)]


def _elsewhere(text: str, address: str, meeting: Any = None) -> Reply:
    arguments = [meeting.uid] if meeting else []
    found = page(address, *arguments)
    return Reply(text, links=(Link(_("Choose a time"), found),) if found else ())
