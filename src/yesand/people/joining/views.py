"""Inviting people, and the page that a link opens."""

from __future__ import annotations

from smtplib import SMTPException
from typing import Any

from allauth.account.utils import perform_login
from django.contrib import messages
from django.contrib.auth import logout
from django.contrib.auth.decorators import login_not_required
from django.core.mail import send_mail
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils.translation import gettext
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from yesand.kernel.errors import YesAndError
from yesand.people.addresses import address
from yesand.people.confirming import reauthenticated
from yesand.people.frame import AUDITOR, PRODUCER
from yesand.people.gates import only
from yesand.people.joining.forms import Invite, Join, Password
from yesand.people.joining.services import (
    Standing,
    accept,
    find,
    finish,
    invite,
    standing,
    take_up,
)
from yesand.people.models import Invitation, User
from yesand.people.security.services import keep_once, shown_once
from yesand.people.sight import Request
from yesand.people.views import listed


@only(PRODUCER, AUDITOR)
@require_GET
def invitations(request: Request) -> HttpResponse:
    """List the invitations, and offer to make one."""
    return _invitations(request, Invite())


@only(PRODUCER)
@require_POST
@reauthenticated
def new_invitation(request: Request) -> HttpResponse:
    """Invite a person; show the link once."""
    form = Invite(request.POST)
    if not form.is_valid():
        return _invitations(request, form)
    assert isinstance(request.user, User)
    try:
        made, secret = invite(request.place, by=request.user, **form.cleaned_data)
    except YesAndError as fault:
        form.add_error(None, f"{fault.what}. {fault.remedy}".strip())
        return _invitations(request, form)
    send(request, made, secret)
    return redirect("invitations")


@never_cache
def _invitations(request: Request, form: Invite) -> HttpResponse:
    rows = Invitation.objects.filter(delegation=None)
    rows = rows.select_related("organisation", "used_by", "renews")
    now = request.place.clock.now()
    return listed(
        request,
        "people/invitations.html",
        rows,
        form=form,
        sent=shown_once(request),
        now=now,
        may=PRODUCER in request.sight.roles,
    )


@only(PRODUCER)
@require_POST
def revoke_invitation(request: Request, number: int) -> HttpResponse:
    """Take an invitation back before it is used."""
    row = get_object_or_404(Invitation, pk=number)
    open_one = Invitation.objects.filter(pk=row.pk, used_at=None, revoked_at=None)
    open_one.update(revoked_at=request.place.clock.now())
    return redirect("invitations")


def send(request: Request, made: Invitation, secret: str) -> None:
    """Mail an invitation if it has an address, and keep its link for the one page that shows it."""
    link = address(request, "join", secret)
    mailed = bool(made.email) and _mailed(request, made, link)
    keep_once(request, {"link": link, "email": made.email, "mailed": mailed})


def _mailed(request: Request, made: Invitation, link: str) -> bool:
    told = {"invitation": made, "link": link, "house_name": request.place.name}
    subject = gettext("An invitation from %(house)s") % {"house": request.place.name}
    body = render_to_string("people/invitation.txt", told)
    try:
        send_mail(subject.replace("\n", " "), body, None, [made.email])
    except (OSError, SMTPException):
        return False
    return True


@login_not_required
@never_cache
@sensitive_post_parameters("password")
@require_http_methods(["GET", "POST"])
def join(request: Request, secret: str) -> HttpResponse:
    """Show what a link offers, and let in who takes it up."""
    found = find(secret)
    state = standing(request.place, found)
    open_to = (Standing.OPEN, Standing.UNFINISHED)
    if state not in open_to:
        return render(request, "people/join_closed.html", {"state": state.value}, status=410)
    renewing = found.renews is not None or state is Standing.UNFINISHED
    form_class = Password if renewing else Join
    form = form_class(request.POST or None)
    if request.method == "POST":
        answer = _joined(request, found, form, renewing)
        if answer is not None:
            return answer
        if standing(request.place, find(secret)) not in open_to:  # another tab was quicker
            return redirect("join", secret)
    return render(
        request,
        "people/join.html",
        {"invitation": found, "form": form, "renewing": renewing},
        status=200 if request.method == "GET" else 422,
    )


def _joined(
    request: Request, found: Invitation, form: Password, renewing: bool
) -> HttpResponse | None:
    """Let a person in; none: the form says what is wrong with it."""
    try:
        if request.POST.get("how") == "account" and request.user.is_authenticated and not renewing:
            return _taken_up(request, found)
        if not form.is_valid():
            return None
        password = _password(request, form)
        if renewing:
            user = finish(request.place, found, password, request)
        else:
            name = form.cleaned_data["username"]
            user = accept(request.place, found, name, password, request)
    except YesAndError as fault:
        form.add_error(None, f"{fault.what}. {fault.remedy}".strip())
        return None
    return _in(request, user, to_passkey=password is None)


def _password(request: Request, form: Password) -> str | None:
    """Return the password chosen; none: a passkey was."""
    return None if request.POST.get("how") == "passkey" else str(form.cleaned_data["password"])


def _taken_up(request: Request, found: Invitation) -> HttpResponse:
    assert isinstance(request.user, User)
    take_up(request.place, found, request.user, request)
    messages.success(request, gettext("It is yours now."))
    return redirect("account" if found.delegation is not None else "me")


def _in(request: Request, user: User, *, to_passkey: bool) -> HttpResponse:
    if request.user.is_authenticated:
        logout(request)
    answer: Any = perform_login(request, user, redirect_url=_next(to_passkey))
    return answer  # type: ignore[no-any-return]


def _next(to_passkey: bool) -> str:
    return reverse("mfa_add_webauthn") if to_passkey else reverse("me")
