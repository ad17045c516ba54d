"""Meetings: one's own, booked, moved and cancelled. The tools propose; only a click does it."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop, ngettext

from yesand.heidi.reply import Link, Reply, Row, Wish
from yesand.heidi.slots import Change, Meet, Slots
from yesand.heidi.tools.asker import Asker, page
from yesand.heidi.when import When
from yesand.kernel.errors import BadInput, NotFound, YesAndError
from yesand.meetings import services as room
from yesand.meetings import wall
from yesand.meetings.calendars.services import hours_of
from yesand.meetings.models import Meeting
from yesand.meetings.spans import Span
from yesand.people.frame import PRODUCER, RATER
from yesand.people.speaking import fault_in_words

#: How many days ahead free times are looked for, and how many are shown.
AHEAD, MOST = 14, 6
TALK, PERFORMANCE, RATING = "talk", "performance", "rating"
NAMES = {
    TALK: gettext_noop("meeting"),
    PERFORMANCE: gettext_noop("recording session"),
    RATING: gettext_noop("rating hour"),
}
Look = Callable[[date, int], list[Span]]


def mine(asker: Asker, _slots: Slots) -> Reply:
    """List the meetings that are still to come."""
    found = _coming(asker)
    links = tuple(_links())
    suggestions = (_("Book a meeting"),)
    if not found:
        return Reply(_("Nothing is booked for you."), links=links, suggestions=suggestions)
    text = ngettext("You have %(n)d meeting ahead.", "You have %(n)d meetings ahead.", len(found))
    rows = tuple(Row(told_at(asker, m.starts_at), m.title, _page(m)) for m in found[:MOST])
    return Reply(text % {"n": len(found)}, rows=rows, links=links)


def book(asker: Asker, slots: Meet) -> Reply:
    """Propose a meeting at a time that is free; without a time, show which are."""
    if PRODUCER in asker.sight.roles:
        return _elsewhere(_("As a producer you choose whom to meet, on this page:"), "meeting_book")
    if not room.to_ask(asker.user).exists():
        return Reply(
            _("With your seat one books no meeting; a producer can ask you to one."),
            offers_human=True,
        )
    kind = _kind(asker, slots.kind)

    def look(day: date, days: int) -> list[Span]:
        return room.free(asker.place, asker.user, kind, PRODUCER, day, days=days)

    def name(at: str) -> str:
        return _("Book a %(what)s on %(at)s") % {"what": _(NAMES[kind]), "at": at}

    if not _can_be_met(asker):
        text = _("No producer has said yet when they can be met, so no time can be offered.")
        return Reply(text, links=tuple(_links()), offers_human=True)
    able, answer = chosen(asker, When(slots.day, slots.time), slots.zone, look, name)
    return answer or Reply(
        _free_then(asker, able, slots.zone), wishes=tuple(_booking(asker, kind, m) for m in able)
    )


def _can_be_met(asker: Asker) -> bool:
    """Tell whether any producer has set hours: who has not cannot be booked."""
    producers = list(room.to_ask(asker.user).filter(seats__role=PRODUCER))
    return not producers or any(hours_of(user) for user in producers)


def _kind(asker: Asker, told: str) -> str:
    """Return the kind of meeting that is wanted, if the person's seat has such."""
    if told == PERFORMANCE and asker.sight.performer is None:
        return TALK
    if told == RATING and RATER not in asker.sight.roles:
        return TALK
    return told or TALK


def _booking(asker: Asker, kind: str, moment: datetime) -> Wish:
    told = {"what": _(NAMES[kind]), "at": told_at(asker, moment)}
    says = _("Book a %(what)s with the producer, %(at)s") % told
    return Wish("book", {"kind": kind, "at": moment.isoformat()}, says)


def move(asker: Asker, slots: Change) -> Reply:
    """Propose another time, that is free, for one of the person's meetings."""
    meeting, question = _which(asker, slots, _("Which one shall be moved?"), "meeting_move")
    if meeting is None:
        return question

    def look(day: date, days: int) -> list[Span]:
        return room.free(
            asker.place, asker.user, meeting.kind, [], day, days=days, instead_of=meeting
        )

    def name(at: str) -> str:
        old = meeting.starts_at.astimezone(asker.zone)
        return _("Move my meeting of %(old)s to %(new)s") % {"old": f"{old:%Y-%m-%d}", "new": at}

    told = _instead(asker, meeting, slots)
    if told.moment(_clock(asker)) == meeting.starts_at.astimezone(asker.zone).replace(tzinfo=None):
        return Reply(_("It is at that time already."), links=(_link_to(meeting),))
    able, answer = chosen(asker, told, slots.zone, look, name)
    if answer is not None:
        return answer
    wishes = tuple(_moving(asker, meeting, m) for m in able)
    return Reply(_with_reason(asker, meeting, _("Shall I move it?")), wishes=wishes)


def _instead(asker: Asker, meeting: Meeting, slots: Change) -> When:
    """Return the day and the time that a meeting is to have: what is not told stays."""
    if not (slots.day or slots.time):
        return When()
    begins = meeting.starts_at.astimezone(asker.zone)
    return When(slots.day or begins.date(), slots.time or begins.time())


def _moving(asker: Asker, meeting: Meeting, moment: datetime) -> Wish:
    says = _("Move %(title)s from %(old)s to %(new)s") % {
        "title": meeting.title,
        "old": told_at(asker, meeting.starts_at),
        "new": told_at(asker, moment),
    }
    return Wish("move", _as_seen(asker, meeting) | {"at": moment.isoformat()}, says)


def cancel(asker: Asker, slots: Change) -> Reply:
    """Propose to cancel one of the person's meetings."""
    meeting, question = _which(asker, slots, _("Which one shall be cancelled?"), "meeting_cancel")
    if meeting is None:
        return question
    told = {"title": meeting.title, "at": told_at(asker, meeting.starts_at)}
    wish = Wish("cancel", _as_seen(asker, meeting), _("Cancel %(title)s, %(at)s") % told)
    text = _("Shall I cancel it? Everybody in it will be told.")
    return Reply(_with_reason(asker, meeting, text), wishes=(wish,))


def _as_seen(asker: Asker, meeting: Meeting) -> dict[str, Any]:
    """Return which meeting it is, as the person sees it, and whether it is late to change it."""
    late = room.is_late(asker.place, asker.user, meeting)
    seen: dict[str, Any] = {"uid": str(meeting.uid), "sequence": meeting.sequence}
    return {**seen, "late": True} if late else seen


def _with_reason(asker: Asker, meeting: Meeting, text: str) -> str:
    if not room.is_late(asker.place, asker.user, meeting):
        return text
    return f"{text} {within_notice()}"


def within_notice() -> str:
    """Ask for the reason for which the page asks too."""
    return _("This is within the notice that somebody in it asks for: please say why.")


def asks_why(asker: Asker, tool: str, slots: dict[str, Any]) -> bool:
    """Tell whether what was proposed needs a reason by now."""
    if tool not in ("move", "cancel"):
        return False
    try:
        meeting = room.to_change(asker.user, slots.get("uid", ""))
    except YesAndError:
        return False  # why it cannot be done is said where it is tried
    begun = meeting.starts_at <= asker.place.clock.now()
    return not begun and room.is_late(asker.place, asker.user, meeting)


def perform(asker: Asker, tool: str, slots: dict[str, Any], reason: str = "") -> tuple[str, str]:
    """Do what the person clicked; return what was done, and where it is seen.

    Raises
    ------
    YesAndError : it cannot be done (any more), with the reason.
    """
    at = slots.get("at")
    seen: dict[str, Any] = {"reason": reason, "sequence": slots.get("sequence")}
    if tool == "book" and at:
        made = room.book(
            asker.place, asker.user, slots["kind"], PRODUCER, datetime.fromisoformat(at)
        )
        return _("Booked: %(at)s.") % {"at": told_at(asker, made.starts_at)}, _page(made)
    if tool == "move" and at:
        made = room.move(asker.place, asker.user, slots["uid"], datetime.fromisoformat(at), **seen)
        return _("Moved to %(at)s.") % {"at": told_at(asker, made.starts_at)}, _page(made)
    if tool == "cancel":
        made = room.cancel(asker.place, asker.user, slots.get("uid", ""), **seen)
        return _("Cancelled, and everybody told."), _page(made)
    raise NotFound(_("There is nothing of yours to confirm here"))


def _coming(asker: Asker) -> list[Meeting]:
    rows = room.mine(asker.user).filter(state="booked", ends_at__gt=asker.place.clock.now())
    return list(rows.order_by("starts_at", "id"))


def _which(asker: Asker, told: Change, question: str, address: str) -> tuple[Meeting | None, Reply]:
    """Return the one meeting that is meant, by its kind and its day, or a question which."""
    found = _coming(asker)
    found = [m for m in found if m.starts_at > asker.place.clock.now()] or found
    if told.kind:
        found = [m for m in found if m.kind == told.kind] or found
    if (day := told.of_day) is not None:
        found = [m for m in found if m.starts_at.astimezone(asker.zone).date() == day] or found
    if len(found) == 1:
        return found[0], Reply("")
    if not found:
        return None, Reply(_("Nothing is booked for you."), links=tuple(_links()))
    rows = tuple(
        Row(told_at(asker, m.starts_at), m.title, page(address, m.uid, otherwise=_page(m)))
        for m in found[:MOST]
    )
    return None, Reply(question, rows=rows)


def chosen(
    asker: Asker, told: When, zone: str, look: Look, name: Callable[[str], str]
) -> tuple[list[datetime], Reply | None]:
    """Return the moments that are meant, if they are free; else an answer that shows which are."""
    try:
        meant = _meant(asker, told, zone)
    except BadInput as fault:  # the clocks skip it, or it is out of all reach
        return [], _free(asker, told.day, fault_in_words(fault), look, name)
    if not meant:
        text = _("When would suit you?")
        if told.day and told.day < asker.now.date():
            text = _("That is in the past.")
        return [], _free(asker, told.day, text, look, name)
    if meant[-1] <= asker.place.clock.now():
        return [], _free(asker, None, _("That is in the past."), look, name)
    able = [moment for moment in meant if _is_free(asker, moment, look)]
    day = meant[0].astimezone(asker.zone).date()
    return able, None if able else _free(asker, day, _("That time is not free."), look, name)


def _meant(asker: Asker, told: When, zone: str) -> list[datetime]:
    """Return the moments that a wall clock's time means: none told, one, or two in autumn.

    Raises
    ------
    BadInput : the clocks skip it, or it is out of reach; or there is no such zone.
    """
    where = wall.zone_of(zone) if zone else asker.zone
    local = told.moment(asker.place.clock.now().astimezone(where).replace(tzinfo=None))
    if local is None:
        return []
    wall.within_reach(local)
    twice = wall.moments(local, where)
    return list(twice) if len(twice) > 1 else [wall.moment(local, where)]


def _free_then(asker: Asker, able: list[datetime], zone: str) -> str:
    if len(able) > 1:
        return _("The clocks go back then and show that time twice. Which shall I book?")
    if zone:
        told = {"at": told_at(asker, able[0])}
        return _("Where you are that is %(at)s, and it is free. Shall I book it?") % told
    return _("That time is free. Shall I book it?")


def _free(
    asker: Asker, day: date | None, text: str, look: Look, name: Callable[[str], str]
) -> Reply:
    """Show times that are free, as buttons that say them."""
    today = asker.now.date()
    first = day if day is not None and day > today else today
    try:
        wall.within_reach(first)
        spans = (look(first, 1) if day else []) or look(first, AHEAD)
    except YesAndError as fault:
        return Reply(fault_in_words(fault), links=tuple(_links()), offers_human=True)
    if not spans:
        told = {"n": AHEAD, "day": f"{first:%Y-%m-%d}"}
        none = _("No time is free in the %(n)d days from %(day)s on.") % told
        return Reply(f"{text} {none}", links=tuple(_links()), offers_human=True)
    begins, at = (start.astimezone(asker.zone) for start, _end in _spread(spans)), _("at")
    suggestions = tuple(name(f"{b:%Y-%m-%d} {at} {b:%H:%M}") for b in begins)
    those = _("These times are free:")
    return Reply(f"{text} {those}", suggestions=suggestions, links=tuple(_links()))


def _spread(spans: list[Span]) -> list[Span]:
    """Return a few of many free times, over several days rather than all in one morning."""
    step = max(1, len(spans) // MOST)
    return spans[::step][:MOST]


def _is_free(asker: Asker, moment: datetime, look: Look) -> bool:
    try:
        free = look(moment.astimezone(asker.zone).date(), 1)
    except YesAndError:
        return False
    return any(start == moment for start, _end in free)


def _clock(asker: Asker) -> datetime:
    return asker.now.replace(tzinfo=None)


def told_at(asker: Asker, moment: datetime) -> str:
    """Write a moment on the person's own clock."""
    local = moment.astimezone(asker.zone)
    # An hour that the clocks show twice is told with its offset.
    twice = f", UTC{local:%z}" if wall.which(moment, asker.zone) is not None else ""
    return f"{local:%A}, {local:%Y-%m-%d} {local:%H:%M}{twice} ({asker.zone.key})"


def _page(meeting: Meeting) -> str:
    return page("meeting", meeting.uid, otherwise=page("meetings"))


def _link_to(meeting: Meeting) -> Link:
    return Link(meeting.title, _page(meeting))


def _links() -> list[Link]:
    names = ((_("Your meetings"), "meetings"), (_("Book by hand"), "meeting_book"))
    return [Link(name, page(address)) for name, address in names if page(address)]


def _elsewhere(text: str, address: str) -> Reply:
    found = page(address)
    return Reply(text, links=(Link(_("Choose a time"), found),) if found else ())
