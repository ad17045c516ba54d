"""The pages on which a time is found: choose, see what is free, confirm."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from itertools import groupby
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from yesand.agreements.models import Agreement
from yesand.kernel.clock import instant
from yesand.kernel.errors import BadInput, Refused, YesAndError
from yesand.meetings import services
from yesand.meetings.calendars.services import hours_of, name_of
from yesand.meetings.kinds import KINDS, PERFORMANCE, offered
from yesand.meetings.models import Meeting
from yesand.meetings.spans import Span
from yesand.meetings.wall import moment, within_reach, zone_of
from yesand.people.frame import PRODUCER
from yesand.people.models import User
from yesand.people.sight import Request

#: How many days are offered at a time.
DAYS = 14


@dataclass
class Search:
    """What was chosen so far, as the address says, and what is free then."""

    user: User
    now: datetime
    kind: str = ""
    people: list[User] = field(default_factory=list)
    length: int | None = None
    with_me: bool = True
    first: date = date.min
    day: date | None = None
    at: datetime | None = None
    agreements: list[Agreement] = field(default_factory=list)
    lengths: list[int] = field(default_factory=list)
    days: list[tuple[date, list[Span]]] = field(default_factory=list)
    unset: list[User] = field(default_factory=list)

    @property
    def before(self) -> date:
        """Where the days before these begin."""
        return max(self.today, self.first - timedelta(days=DAYS))

    @property
    def after(self) -> date:
        """Where the days after these begin."""
        return self.first + timedelta(days=DAYS)

    @property
    def today(self) -> date:
        """Today, where the person is."""
        return self.now.astimezone(zone_of(self.user.zone)).date()

    @property
    def slots(self) -> list[Span]:
        """What is free on the day that was chosen."""
        return next((found for day, found in self.days if day == self.day), [])

    @property
    def found(self) -> bool:
        """Tell whether anything is free on these days."""
        return any(found for _, found in self.days)

    def open_day_of(self, at: datetime, told: str) -> None:
        """Show what else is free on the day of a time, unless another day was asked for."""
        day = at.astimezone(zone_of(self.user.zone)).date()
        if not told and any(found for each, found in self.days if each == day):
            self.day = day

    @property
    def elsewhere(self) -> list[User]:
        """Those whose wall clocks show another time than the person's own."""
        return [u for u in self.people if u.zone != self.user.zone]


def _searched(request: Request, told: QueryDict) -> Search:
    """Read what was chosen; what makes no sense is left out, or said by the services."""
    assert isinstance(request.user, User)
    search = Search(request.user, request.place.clock.now())
    search.kind = told.get("kind", "") if told.get("kind", "") in KINDS else ""
    chosen = {key for key in told.getlist("who") if key.isdigit()}
    search.people = [u for u in services.to_ask(request.user) if str(u.pk) in chosen]
    length = told.get("length", "")
    search.length = int(length) if length.isdecimal() and len(length) < 5 else None
    search.with_me = PRODUCER not in request.sight.roles or told.get("alone") != "1"
    search.first = max(_date(told.get("from", "")) or search.today, search.today)
    search.day = _date(told.get("day", ""))
    return search


def _date(text: str) -> date | None:
    try:
        found = date.fromisoformat(text)
        within_reach(found)
    except (ValueError, BadInput):
        return None
    return found


def _at(search: Search, told: QueryDict) -> datetime | None:
    """Return the time that was chosen: a moment, or what the wall clock will show.

    Raises
    ------
    BadInput : no such time, or two of them.
    """
    at, written = told.get("at", ""), told.get("wall", "")
    if at:
        found = instant(at)
        within_reach(found)
        return found
    if not written:
        return None
    try:
        wall = datetime.fromisoformat(written).replace(tzinfo=None)
    except ValueError:
        raise BadInput(_("That is no time"), remedy=_("Choose a day and a time.")) from None
    which = told.get("which", "")
    return moment(wall, zone_of(search.user.zone), int(which) if which in ("0", "1") else None)


def _offer_no_past(request: Request, search: Search) -> None:
    """Let nobody confirm what cannot be, however old the link; what was sent keeps its words.

    Raises
    ------
    Refused : the time has passed.
    """
    if request.method == "GET" and search.at is not None and search.at <= search.now:
        search.at = None
        raise Refused(_("That time has passed"), remedy=_("Choose one that is still to come."))


def _look(request: Request, search: Search, instead_of: Meeting | None = None) -> None:
    """Find out what is free on the days from ``first`` on."""
    spans = services.free(
        request.place,
        search.user,
        search.kind,
        search.people,
        search.first,
        search.length,
        days=DAYS,
        with_me=search.with_me,
        instead_of=instead_of,
    )
    zone = zone_of(search.user.zone)
    by_day = {
        day: list(found) for day, found in groupby(spans, lambda s: s[0].astimezone(zone).date())
    }
    days = [search.first + timedelta(days=n) for n in range(DAYS)]
    search.days = [(day, by_day.get(day, [])) for day in days]
    if search.day not in by_day:
        search.day = next(iter(by_day), None)


@require_http_methods(["GET", "POST"])
def book(request: Request) -> HttpResponse:
    """Choose kind, people, day and time; see the agreement; confirm."""
    told = request.POST if request.method == "POST" else request.GET
    search, fault = _searched(request, told), None
    if search.kind and search.people:
        try:
            return _booking(request, search, told)
        except YesAndError as refused:
            fault = refused
    return _page(request, "meetings/book.html", search, fault)


def _booking(request: Request, search: Search, told: QueryDict) -> HttpResponse:
    """Book what was confirmed; else show what there is to choose."""
    search.unset = [u for u in search.people if hours_of(u) is None]
    group = [search.user, *search.people] if search.with_me else search.people
    search.lengths = services.lengths(search.kind, group)
    if search.length not in search.lengths:
        search.length = search.lengths[0] if search.lengths else None
    search.agreements = services.agreements(search.kind, group, search.now)
    _look(request, search)
    search.at = _at(search, told)
    _offer_no_past(request, search)
    if search.at is not None:
        search.open_day_of(search.at, told.get("day", ""))
        search.agreements = services.agreements(search.kind, group, search.at)
    if request.method == "POST" and search.at is not None:
        made = services.book(
            request.place,
            search.user,
            search.kind,
            search.people,
            search.at,
            search.length,
            title=told.get("title", ""),
            note=told.get("note", ""),
            with_me=search.with_me,
        )
        messages.success(request, _("Booked. Everybody in it is told."))
        return redirect("meeting", uid=made.uid)
    return _page(request, "meetings/book.html", search, None)


@require_http_methods(["GET", "POST"])
def move(request: Request, uid: UUID) -> HttpResponse:
    """Choose another time for a meeting; say why, if it is late; confirm."""
    assert isinstance(request.user, User)
    meeting = services.to_change(request.user, uid)
    told = request.POST if request.method == "POST" else request.GET
    search, fault = _searched(request, told), None
    search.kind = meeting.kind
    search.people = [a.user for a in meeting.attendances.all() if a.user_id != request.user.pk]
    try:
        if meeting.state != Meeting.State.BOOKED:
            raise Refused(_("This meeting is not booked any more"), remedy=_("Book another."))
        _look(request, search, meeting)
        search.at = _at(search, told)
        _offer_no_past(request, search)
        if request.method == "POST" and search.at is not None:
            _move(request, meeting, search.at)
            return redirect("meeting", uid=uid)
    except YesAndError as refused:
        fault = refused
    late = services.is_late(request.place, request.user, meeting)
    return _page(request, "meetings/move.html", search, fault, meeting=meeting, late=late)


def _move(request: Request, meeting: Meeting, at: datetime) -> None:
    assert isinstance(request.user, User)
    sequence = request.POST.get("sequence", "")
    services.move(
        request.place,
        request.user,
        meeting.uid,
        at,
        reason=request.POST.get("reason", ""),
        sequence=int(sequence) if sequence.isdecimal() else None,
    )
    messages.success(request, _("Moved. Everybody in it is told."))


def _page(
    request: Request, template: str, search: Search, fault: YesAndError | None, **more: Any
) -> HttpResponse:
    status = 200
    if fault is not None and request.method == "POST":
        status = 400 if isinstance(fault, BadInput) else 409
    told = request.POST if request.method == "POST" else request.GET
    context = {
        "search": search,
        "fault": fault,
        "told": told,
        "kinds": [(kind, Meeting.Kind(kind).label) for kind in offered(request.sight.roles)],
        "performance": PERFORMANCE,
        "to_ask": [(u, name_of(u), _role(u)) for u in services.to_ask(search.user)],
        "zone": search.user.zone,
        "choice": _choice(search).urlencode(),
        "hidden": [(key, value) for key, values in _choice(search).lists() for value in values],
        **more,
    }
    return render(request, template, context, status=status)


def _role(user: User) -> str:
    return ", ".join(sorted({seat.role for seat in user.seats.all()}))


def _choice(search: Search) -> QueryDict:
    """Return what was chosen so far, for the links and forms of what comes next."""
    query = QueryDict(mutable=True)
    query["kind"] = search.kind
    query.setlist("who", [str(u.pk) for u in search.people])
    if search.length:
        query["length"] = str(search.length)
    if not search.with_me:
        query["alone"] = "1"
    query["from"] = search.first.isoformat()
    return query
