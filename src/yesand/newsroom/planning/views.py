"""The page on which a publication is planned."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from yesand.kernel.errors import Refused, YesAndError
from yesand.meetings.wall import zones
from yesand.newsroom.desk.gates import producers
from yesand.newsroom.models import Article
from yesand.newsroom.planning import forms, services
from yesand.people.models import User
from yesand.people.sight import Request, visible


@producers
@require_http_methods(["GET", "HEAD", "POST"])
def planned(request: Request, slug: str) -> HttpResponse:
    """Choose the moment at which an approved draft is published, alter it, or cancel it."""
    found = get_object_or_404(visible(Article, request.sight), slug=slug)
    assert isinstance(request.user, User)
    if request.method != "POST":
        return _shown(request, found, forms.empty(request.user.zone, found.plan))
    if request.POST.get("act") == "cancel":
        services.cancel(request.place, found, request.user)
        messages.success(request, _("It will not be published by itself."))
        return redirect("desk_article", slug)
    return _plan(request, found, request.user)


def _plan(request: Request, found: Article, user: User) -> HttpResponse:
    fields = forms.sent(request.POST)
    try:
        at = forms.read(fields)
        made = services.plan(request.place, found, user, at, fields["zone"], fields["correction"])
    except YesAndError as fault:
        return _shown(request, found, fields, fault)
    messages.success(request, _("It will be published on %(at)s.") % {"at": made})
    return redirect("desk_article", found.slug)


def _shown(
    request: Request, found: Article, fields: dict[str, str], fault: YesAndError | None = None
) -> HttpResponse:
    context: dict[str, Any] = {
        "article": found,
        "plan": found.plan,
        "fields": fields,
        "fault": fault,
        "zones": zones(),
        "twice": forms.is_twice(fields),
        "again": found.versions.exists(),
    }
    status = 200 if fault is None else 409 if isinstance(fault, Refused) else 422
    return render(request, "newsroom/plan.html", context, status=status)
