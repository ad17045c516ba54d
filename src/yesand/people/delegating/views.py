"""A performer's page of who acts for them."""

from __future__ import annotations

from datetime import datetime

from django.contrib import messages
from django.db.models import Q
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_POST

from yesand.kernel.errors import YesAndError
from yesand.people.acting import RIGHTS
from yesand.people.confirming import reauthenticated
from yesand.people.delegating.forms import Grant
from yesand.people.delegating.services import end, grant
from yesand.people.joining.views import send
from yesand.people.models import Delegation, User
from yesand.people.security.services import shown_once
from yesand.people.sight import Request


@require_GET
def delegates(request: Request) -> HttpResponse:
    """List who acts for the performer, and for whom the person acts."""
    return _delegates(request, Grant())


@require_POST
@reauthenticated
def new_delegate(request: Request) -> HttpResponse:
    """Let somebody act; show the link for them once."""
    performer = request.sight.performer
    if performer is None:
        raise Http404
    form = Grant(request.POST)
    if not form.is_valid():
        return _delegates(request, form)
    told = form.cleaned_data
    who, scopes, until = told["kind"], told["scopes"], told["until"]
    try:
        made, secret = grant(request.place, performer, who, scopes, until, request)
    except YesAndError as fault:
        at = fault.where if fault.where in form.fields else None
        form.add_error(at, f"{fault.what}. {fault.remedy}".strip())
        return _delegates(request, form)
    send(request, made.invitation, secret)
    return redirect("account_delegates")


@require_POST
@reauthenticated
def end_delegate(request: Request, number: int) -> HttpResponse:
    """End a right to act: the performer's, or the delegate's own."""
    assert isinstance(request.user, User)
    mine = Q(user=request.user)
    if request.sight.performer is not None:
        mine |= Q(performer=request.sight.performer)
    row = get_object_or_404(Delegation.objects.filter(mine), pk=number)
    if end(request.place, row, request):
        messages.success(request, gettext("Ended, as of now."))
    return redirect("account_delegates")


@never_cache
def _delegates(request: Request, form: Grant) -> HttpResponse:
    performer, now = request.sight.performer, request.place.clock.now()
    mine = Delegation.objects.filter(performer=performer) if performer is not None else []
    assert isinstance(request.user, User)
    theirs = Delegation.objects.filter(user=request.user).select_related("performer")
    return render(
        request,
        "people/delegates.html",
        {
            "mine": [_in_words(row, now) for row in mine],
            "theirs": [_in_words(row, now) for row in theirs],
            "form": form if performer is not None else None,
            "sent": shown_once(request),
        },
    )


def _in_words(row: Delegation, now: datetime) -> dict[str, object]:
    ended = row.ended_at is not None
    over = not ended and row.until <= now
    return {
        "row": row,
        "rights": [gettext(RIGHTS.get(scope, scope)) for scope in row.scopes],
        "state": "ended" if ended else "over" if over else "good" if row.user_id else "waiting",
    }
