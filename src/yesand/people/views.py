"""Performers' pages, a person's own page, and the shape that every list has."""

from __future__ import annotations

from typing import Any

from django.core.paginator import Paginator
from django.db.models import QuerySet
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, render
from django.template.loader import render_to_string
from django.utils.safestring import SafeString

from yesand.people.confirming import reauthenticated
from yesand.people.frame import Waiting
from yesand.people.models import Performer, Seat, User
from yesand.people.rooms import links, offered
from yesand.people.sight import Request, visible

#: What other rooms take from here.
__all__ = ["listed", "me", "performer", "performers", "reauthenticated"]
PAGE = 50


def listed(request: Request, template: str, rows: QuerySet[Any], **context: Any) -> HttpResponse:
    """Render one page of a list; its rows must be in an order that does not change."""
    page = Paginator(rows, PAGE).get_page(request.GET.get("page"))
    return render(request, template, {"page": page, **context})


def performers(request: Request) -> HttpResponse:
    """List the performers that the person may see."""
    wanted = request.GET.get("q", "").strip()
    rows = visible(Performer, request.sight).order_by("handle")
    if wanted:
        rows = rows.filter(handle__icontains=wanted)
    return listed(request, "people/performers.html", rows, q=wanted)


def performer(request: Request, handle: str) -> HttpResponse:
    """Show one performer."""
    found = get_object_or_404(visible(Performer, request.sight), handle=handle)
    return render(request, "people/performer.html", {"performer": found})


def me(request: Request) -> HttpResponse:
    """Show a person what waits for them and what is theirs: every room brings its own part."""
    assert isinstance(request.user, User)
    seats = Seat.objects.filter(user=request.user).select_related("organisation").order_by("role")
    return render(
        request,
        "people/me.html",
        {
            "seats": seats,
            "performer": request.sight.performer,
            "waiting": waiting(request),
            "panels": panels(request),
            "elsewhere": [link for link in links() if link.at_home_of(request.sight.roles)],
        },
    )


def waiting(request: Request) -> list[Waiting]:
    """Return what waits for a person in any room: the urgent first, then the longest waiting."""
    found = [each for room in offered("waiting") for each in room.waiting(request)]
    return sorted(found, key=lambda each: (not each.urgent, each.since))


def panels(request: Request) -> list[SafeString]:
    """Return the parts of a person's own page, drawn, in their order."""
    found = [each for room in offered("home") for each in room.panels(request)]
    ordered = sorted(found, key=lambda each: each.place)
    return [render_to_string(each.template, each.context, request) for each in ordered]
