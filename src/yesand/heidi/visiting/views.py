"""Heidi for whoever has not signed in: one page, and the dock of every page that is open."""

from __future__ import annotations

from allauth.core import ratelimit
from django.contrib.auth.decorators import login_not_required
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from yesand.heidi.visiting.services import answer, ideas, welcome
from yesand.kernel.errors import YesAndError
from yesand.people.sight import Request

TOO_MANY, UNREADABLE = 429, 422


@login_not_required
@require_http_methods(["GET", "POST"])
def visitor(request: Request) -> HttpResponse:
    """Show the box; answer what is asked in it. Neither question nor answer is kept here."""
    if request.user.is_authenticated:
        return redirect("heidi")
    if request.method != "POST":
        return _shown(request)
    text = request.POST.get("text", "")
    if not ratelimit.consume(request, action="heidi_visitor"):
        fault = _("That was very fast. Wait a minute; your words are kept.")
        return _shown(request, TOO_MANY, text=text, fault=fault)
    try:
        reply = answer(request.place, text)
    except YesAndError as refused:
        told = " ".join(filter(None, (f"{refused.what}.", refused.remedy)))
        return _shown(request, UNREADABLE, text=text, fault=told)
    return _shown(request, asked=text, reply=reply)


def _shown(request: Request, status: int = 200, **told: object) -> HttpResponse:
    """Show the answer alone to the page's script, and the whole page to a form."""
    scripted = "fetch" in request.headers.get("X-Requested-With", "")
    page = "heidi/visitor_said.html" if scripted else "heidi/visitor.html"
    context = {"welcome": welcome(), "ideas": ideas(), **told}
    response = render(request, page, context, status=status)
    response.headers["Cache-Control"] = "no-store"
    return response
