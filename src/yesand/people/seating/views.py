"""The producer's page of people, their seats, and organisations."""

from __future__ import annotations

from typing import Any

from allauth.mfa.models import Authenticator
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.utils.translation import gettext
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_POST

from yesand.kernel.errors import Refused, YesAndError
from yesand.people import services
from yesand.people.confirming import reauthenticated
from yesand.people.frame import AUDITOR, PRODUCER
from yesand.people.gates import only
from yesand.people.happenings import Happened
from yesand.people.joining.services import renew
from yesand.people.joining.views import send
from yesand.people.models import Organisation, Seat, User
from yesand.people.seating.forms import Found, Give
from yesand.people.seating.services import end, give
from yesand.people.security.services import happened, shown_once, shut_out
from yesand.people.sight import Request
from yesand.people.views import listed


@only(PRODUCER, AUDITOR)
@require_GET
def people(request: Request) -> HttpResponse:
    """List the accounts with their seats, and the organisations."""
    return _people(request)


@never_cache
def _people(request: Request, **more: Any) -> HttpResponse:
    rows = User.objects.filter(erased_at=None).order_by("username")
    rows = rows.prefetch_related("seats__organisation", "performer")
    kinds = (Authenticator.Type.TOTP, Authenticator.Type.WEBAUTHN)
    strong = Authenticator.objects.filter(type__in=kinds).values_list("user_id", flat=True)
    forms = {"found_form": Found(), "give_form": Give(), "sent": shown_once(request)}
    return listed(
        request,
        "people/people.html",
        rows,
        organisations=Organisation.objects.order_by("kind", "name"),
        strong=set(strong),
        may=PRODUCER in request.sight.roles,
        **(forms | more),
    )


@only(PRODUCER)
@require_POST
@reauthenticated
def new_organisation(request: Request) -> HttpResponse:
    """Found an organisation, with a key of its own."""
    form = Found(request.POST)
    if not form.is_valid():
        return _people(request, found_form=form)
    told = form.cleaned_data
    if Organisation.objects.filter(slug=told["slug"]).exists():
        form.add_error("slug", gettext("There is one of that name."))
        return _people(request, found_form=form)
    services.found(request.place, told["slug"], told["name"], Organisation.Kind(told["kind"]))
    return redirect("people")


@only(PRODUCER)
@require_POST
@reauthenticated
def new_seat(request: Request) -> HttpResponse:
    """Give somebody another seat."""
    form = Give(request.POST)
    if not form.is_valid():
        return _people(request, give_form=form)
    told = form.cleaned_data
    try:
        give(told["user"], told["role"], told["organisation"], request)
    except YesAndError as fault:
        form.add_error(None, f"{fault.what}. {fault.remedy}".strip())
        return _people(request, give_form=form)
    messages.success(request, gettext("The seat is theirs."))
    return redirect("people")


@only(PRODUCER)
@require_POST
@reauthenticated
def end_seat(request: Request, number: int) -> HttpResponse:
    """End somebody's seat."""
    end(get_object_or_404(Seat, pk=number), request)
    messages.success(request, gettext("The seat is ended."))
    return redirect("people")


@only(PRODUCER)
@require_POST
@reauthenticated
def log_out(request: Request, name: str) -> HttpResponse:
    """Log somebody out everywhere, as when a telephone or laptop of theirs is lost."""
    user = get_object_or_404(User, username=name, is_active=True)
    shut_out(request.place, user)
    happened(Happened.SESSIONS_ENDED, user, request, detail="and every token")
    messages.success(request, gettext("Every session and token of theirs is ended."))
    return redirect("people")


@only(PRODUCER)
@require_POST
@reauthenticated
def renewal(request: Request, name: str) -> HttpResponse:
    """Make a link that lets somebody back in who lost their password or keys."""
    user = get_object_or_404(User, username=name, is_active=True)
    if user == request.user:
        raise Refused("Your own way in is changed on your own page")
    assert isinstance(request.user, User)
    made, secret = renew(request.place, user, request.user)
    send(request, made, secret)
    return redirect("people")
