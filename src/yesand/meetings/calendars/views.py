"""The calendar's leaves, and the page of one's own hours."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from yesand.kernel.errors import BadInput
from yesand.meetings import grid, services
from yesand.meetings.calendars.services import set_hours
from yesand.meetings.forms import HoursForm
from yesand.meetings.models import Feed, Meeting
from yesand.meetings.wall import zone_of
from yesand.people.models import User
from yesand.people.sight import Request


def leaf(request: Request) -> HttpResponse:
    """Show a month or a week: a table where there is room, a list of days on a phone."""
    assert isinstance(request.user, User)
    zone = zone_of(request.user.zone)
    today = request.place.clock.now().astimezone(zone).date()
    weekly = "week" in request.GET
    if weekly:
        shown = grid.week(request.GET["week"] or grid.week_of(today))
    else:
        shown = grid.month(request.GET.get("month") or grid.month_of(today))
    own = request.GET.get("whose") == "mine" or not request.sight.everything
    found = _by_day(request.user, shown.rows[0][0], shown.rows[-1][-1], own)
    rows = [[_cell(day, shown, today, found.get(day, [])) for day in row] for row in shown.rows]
    context = {
        "leaf": shown,
        "weekly": weekly,
        "rows": rows,
        "agenda": [cell for row in rows for cell in row if cell["meetings"] and cell["own"]],
        "zone": request.user.zone,
        "mine": own,
        "week": grid.week_of(max(shown.first, min(today, shown.last))),
        "month": grid.month_of(shown.first),
    }
    return render(request, "meetings/calendar.html", context)


def _by_day(user: User, first: date, last: date, own: bool) -> dict[date, list[Meeting]]:
    """Return the meetings of each day of the user's zone, without the cancelled ones."""
    zone = zone_of(user.zone)
    start = datetime.combine(first, time(), zone).astimezone(UTC)
    end = datetime.combine(last + timedelta(days=1), time(), zone).astimezone(UTC)
    rows = services.mine(user) if own else services.seen(user)
    rows = rows.filter(starts_at__gte=start, starts_at__lt=end)
    rows = rows.exclude(state=Meeting.State.CANCELLED).order_by("starts_at", "id")
    found: dict[date, list[Meeting]] = {}
    for meeting in rows:
        found.setdefault(meeting.starts_at.astimezone(zone).date(), []).append(meeting)
    return found


def _cell(day: date, shown: grid.Leaf, today: date, meetings: list[Meeting]) -> dict[str, Any]:
    own = shown.first <= day <= shown.last
    return {"day": day, "own": own, "today": day == today, "meetings": meetings}


@require_http_methods(["GET", "POST"])
def hours(request: Request) -> HttpResponse:
    """Show and keep when one can be met."""
    assert isinstance(request.user, User)
    user = request.user
    form = HoursForm(user, request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            told = form.weekly(), form.special(), form.wishes(), form.lengths()
            set_hours(user, form.cleaned_data["zone"], *told)
        except BadInput as fault:
            form.add_error(None, f"{fault.what}. {fault.remedy}")
        else:
            messages.success(request, _("Your hours are kept."))
            return redirect("meeting_hours")
    status = 400 if form.errors else 200
    feed = Feed.objects.filter(user=user).first()
    return render(request, "meetings/hours.html", {"form": form, "feed": feed}, status=status)
