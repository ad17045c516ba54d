"""The pages of meetings: the list, one meeting and what is done with it, and the feed."""

from __future__ import annotations

import hashlib
from typing import cast
from uuid import UUID

from django.contrib import messages
from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse, HttpResponseNotModified
from django.shortcuts import redirect, render
from django.utils.cache import get_conditional_response
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from yesand.kernel.errors import BadInput, YesAndError
from yesand.meetings import services
from yesand.meetings.feeds import services as feeds
from yesand.meetings.invitation import CANCEL, REQUEST, letter
from yesand.meetings.models import Feed, Meeting
from yesand.meetings.notices import views as notices
from yesand.people.addresses import address as address_of
from yesand.people.frame import PRODUCER
from yesand.people.models import User
from yesand.people.sight import Request
from yesand.people.views import listed

_WHEN = ("upcoming", "past")


def meetings(request: Request) -> HttpResponse:
    """List one's meetings, those to come or those that were; who sees all may list everybody's."""
    assert isinstance(request.user, User)
    now, when = request.place.clock.now(), request.GET.get("when", "")
    everybodys = request.sight.everything and request.GET.get("whose") != "mine"
    rows = services.seen(request.user) if everybodys else services.mine(request.user)
    rows = rows.prefetch_related("attendances__user__performer")
    if when == "past":
        rows = rows.filter(ends_at__lte=now).order_by("-starts_at", "-id")
    else:
        rows = rows.filter(ends_at__gt=now).order_by("starts_at", "id")
    return listed(
        request,
        "meetings/list.html",
        rows,
        when=when if when in _WHEN else _WHEN[0],
        everybodys=everybodys,
        zone=request.user.zone,
        feed=Feed.objects.filter(user=request.user).first(),
    )


def meeting(request: Request, uid: UUID) -> HttpResponse:
    """Show one meeting, and what the person may do with it."""
    assert isinstance(request.user, User)
    return _shown(request, services.one(request.user, uid))


def _shown(request: Request, found: Meeting, fault: YesAndError | None = None) -> HttpResponse:
    assert isinstance(request.user, User)
    now = request.place.clock.now()
    booked = found.state == Meeting.State.BOOKED
    may = booked and services.may_change(request.user, found)
    own = found.attendances.filter(user=request.user).first()
    over = found.starts_at <= now and found.state != Meeting.State.CANCELLED
    status = 200 if fault is None else 400 if isinstance(fault, BadInput) else 409
    context = {
        "meeting": found,
        "people": found.attendances.select_related("user__performer", "agreement"),
        "changes": found.changes.select_related("by__performer"),
        "zone": request.user.zone,
        "may_change": may and found.starts_at > now,
        "may_accept": booked and own is not None and own.accepted_at is None and not over,
        "may_close": over and PRODUCER in request.sight.roles,
        "late": may and services.is_late(request.place, request.user, found),
        "fault": fault,
        "told": request.POST,
    }
    return render(request, "meetings/meeting.html", context, status=status)


@require_http_methods(["GET", "POST"])
def cancel(request: Request, uid: UUID) -> HttpResponse:
    """Ask whether a meeting is to be cancelled, and cancel it."""
    assert isinstance(request.user, User)
    found = services.to_change(request.user, uid)
    fault: YesAndError | None = None
    if request.method == "POST":
        try:
            services.cancel(request.place, request.user, uid, reason=request.POST.get("reason", ""))
        except YesAndError as refused:
            fault = refused
        else:
            messages.success(request, _("Cancelled. Everybody in it is told."))
            return redirect("meeting", uid=uid)
    context = {
        "meeting": found,
        "zone": request.user.zone,
        "late": services.is_late(request.place, request.user, found),
        "fault": fault,
    }
    status = 200 if fault is None else 400 if isinstance(fault, BadInput) else 409
    return render(request, "meetings/cancel.html", context, status=status)


@require_POST
def accept(request: Request, uid: UUID) -> HttpResponse:
    """Say that one will be there."""
    assert isinstance(request.user, User)
    services.accept(request.place, request.user, uid)
    messages.success(request, _("Good. The others can see it."))
    return redirect("meeting", uid=uid)


@require_POST
def outcome(request: Request, uid: UUID) -> HttpResponse:
    """Keep how it went: held, and who stayed away."""
    assert isinstance(request.user, User)
    found = services.one(request.user, uid)
    came = {int(key) for key in request.POST.getlist("came") if key.isdecimal()}
    everybody = set(found.attendances.values_list("user_id", flat=True))
    try:
        services.close(
            request.place,
            request.user,
            uid,
            everybody - came,
            reason=request.POST.get("reason", ""),
        )
    except YesAndError as fault:
        return _shown(request, found, fault)
    messages.success(request, _("Kept."))
    return redirect("meeting", uid=uid)


@require_safe
def invitation(request: Request, uid: UUID) -> HttpResponse:
    """Give one meeting as a file for a calendar."""
    assert isinstance(request.user, User)
    found = services.one(request.user, uid)
    told = notices.invitation(request.place, found, request.user)
    method = CANCEL if told.cancelled else REQUEST
    answer = HttpResponse(letter(told, method), content_type="text/calendar; charset=utf-8")
    answer["Content-Disposition"] = f'attachment; filename="meeting-{str(uid)[:8]}.ics"'
    return answer


@require_http_methods(["GET", "POST"])
def feed(request: Request) -> HttpResponse:
    """Show whether one's calendar has an address; make a new one, or close it."""
    assert isinstance(request.user, User)
    address = ""
    if request.method == "POST" and request.POST.get("do") == "close":
        feeds.revoke(request.user)
        messages.success(request, _("The address is closed."))
        return redirect("meeting_feed")
    if request.method == "POST":
        secret = feeds.renew(request.place, request.user)
        address = address_of(request, "meeting_feed_ics", secret)
    found = Feed.objects.filter(user=request.user).first()
    answer = render(request, "meetings/feed.html", {"feed": found, "address": address})
    if address:
        answer["Cache-Control"] = "no-store"
    return answer


@login_not_required
@require_safe
def feed_ics(request: HttpRequest, secret: str) -> HttpResponse:
    """Give a person's meetings to whoever knows the secret address; unchanged ones are not sent."""
    body = feeds.read(cast(Request, request).place, secret)
    etag = f'"{hashlib.sha256(body).hexdigest()[:32]}"'
    answer = HttpResponse(body, content_type="text/calendar; charset=utf-8")
    answer["ETag"] = etag
    answer["Cache-Control"] = "private, no-cache"
    answer["Referrer-Policy"] = "no-referrer"
    found = get_conditional_response(request, etag, response=answer)
    assert isinstance(found, HttpResponse | HttpResponseNotModified)
    return found
