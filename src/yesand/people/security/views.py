"""An account's own pages: what keeps it safe, and what it has done."""

from __future__ import annotations

from datetime import timedelta
from typing import cast

from allauth.mfa.models import Authenticator
from allauth.socialaccount.models import SocialAccount
from allauth.usersessions.internal.flows.sessions import end_other_sessions, end_sessions
from allauth.usersessions.models import UserSession
from django.contrib import messages
from django.contrib.auth import logout
from django.http import HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.http import url_has_allowed_host_and_scheme, urlencode
from django.utils.translation import gettext
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from yesand.people.confirming import ask, held_act, reauthenticated, recently
from yesand.people.factors.services import (
    NOBODY,
    codes_left,
    has_factor,
    needs_factor,
)
from yesand.people.factors.services import (
    told as asked,
)
from yesand.people.frame import PRODUCER
from yesand.people.happenings import ALARMING, WORDS, Happened, described, shortened
from yesand.people.models import Event, Seat, Token, User
from yesand.people.scopes import SCOPES
from yesand.people.security.forms import Credited, NewToken, Settings
from yesand.people.security.services import (
    happened,
    keep_once,
    make_token,
    revoke,
    sessions_of,
    shown_once,
)
from yesand.people.sight import Request
from yesand.people.speaking import speak
from yesand.people.views import listed


def me_of(request: Request) -> User:
    """Return whose session it is."""
    return cast(User, request.user)


@require_GET
def account(request: Request) -> HttpResponse:
    """Show a person all that is about their account, and where to change it."""
    user = me_of(request)
    kinds = list(Authenticator.objects.filter(user=user).values_list("type", flat=True))
    seats = Seat.objects.filter(user=user).select_related("organisation").order_by("role")
    return render(
        request,
        "people/account.html",
        {
            "seats": seats,
            "passkeys": kinds.count(Authenticator.Type.WEBAUTHN),
            "codes": Authenticator.Type.TOTP in kinds,
            "recovery": codes_left(user),
            "may_do_without": asked(request.place) == NOBODY and not has_factor(user),
            "elsewhere": SocialAccount.objects.filter(user=user).count(),
            "needs_factor": needs_factor(request),
            "sessions": len(sessions_of(user)),
            "tokens": Token.objects.filter(user=user, revoked_at=None).count(),
            "events": told(Event.objects.filter(user=user)[:5]),
            "is_producer": PRODUCER in request.sight.roles,
        },
    )


def told(events: object) -> list[tuple[Event, str, bool]]:
    """Return events, each with its words and whether to look twice."""
    return [
        (event, gettext(WORDS[Happened(event.kind)]), event.kind in ALARMING)
        for event in cast(list[Event], events)
    ]


@require_GET
def history(request: Request) -> HttpResponse:
    """List everything that happened to the security of the person's account."""
    rows = Event.objects.filter(user=me_of(request)).select_related("by")
    return listed(request, "people/history.html", rows, words=WORDS, alarming=ALARMING)


@require_http_methods(["GET", "POST"])
def preferences(request: Request) -> HttpResponse:
    """Show and change zone, language, e-mail, and how a performer is credited."""
    user, performer = me_of(request), request.sight.performer
    form_class = Credited if performer is not None else Settings
    initial: dict[str, object] = {"zone": user.zone, "language": user.language, "email": user.email}
    if performer is not None:
        initial |= {"credit_name": performer.credit_name, "credited": performer.credited}
    form = form_class(request.POST or None, initial=initial)
    if request.method != "POST" or not form.is_valid():
        return render(request, "people/preferences.html", {"form": form})
    if "email" in form.changed_data and not recently(request):
        return ask(request)  # a link that lets one back in is mailed there
    _keep(request, user, form)
    messages.success(request, gettext("Kept."))
    response = redirect("account_settings")
    speak(response, user)
    return response


def _keep(request: Request, user: User, form: Settings) -> None:
    new = form.cleaned_data
    user.zone, user.language, user.email = new["zone"], new["language"], new["email"]
    user.save(update_fields=["zone", "language", "email"])
    performer = request.sight.performer
    if performer is not None:
        performer.credit_name, performer.credited = new["credit_name"], new["credited"]
        performer.save(update_fields=["credit_name", "credited"])
    if form.changed_data:
        happened(Happened.SETTINGS_CHANGED, user, request, detail=", ".join(form.changed_data))


@require_http_methods(["GET", "POST"])
def sessions(request: Request) -> HttpResponseBase:
    """List where the person is logged in; end one session, or all others."""
    user = me_of(request)
    if request.method == "POST":
        return _end_session(request)
    rows = [
        (row, shortened(row.ip), described(row.user_agent), row.is_current())
        for row in sessions_of(user)
    ]
    return render(request, "people/sessions.html", {"rows": rows})


@reauthenticated
def _end_session(request: Request) -> HttpResponse:
    user, which = me_of(request), request.POST.get("session", "")
    if which == "others":
        end_other_sessions(request, user)
        happened(Happened.SESSIONS_ENDED, user, request)
    elif which.isdecimal():
        row = get_object_or_404(UserSession, pk=int(which), user=user)
        happened(Happened.SESSION_ENDED, user, request, detail=described(row.user_agent))
        end_sessions(request, [row])
    return redirect("account_sessions")


@require_GET
def tokens(request: Request) -> HttpResponse:
    """List the person's tokens, and offer to make one."""
    return _tokens(request, NewToken())


@require_POST
@reauthenticated
def new_token(request: Request) -> HttpResponse:
    """Make a token; show it once."""
    form = NewToken(request.POST)
    if not form.is_valid():
        return _tokens(request, form)
    user, told = me_of(request), form.cleaned_data
    until = request.place.clock.now() + timedelta(days=told["days"])
    made, secret = make_token(request.place, user, told["name"], told["scopes"], until)
    happened(Happened.TOKEN_MADE, user, request, detail=f"{made.name}: {', '.join(made.scopes)}")
    keep_once(request, {"token": secret})
    return redirect("account_tokens")


@never_cache
def _tokens(request: Request, form: NewToken) -> HttpResponse:
    rows = [
        (row, [gettext(SCOPES.get(scope, scope)) for scope in row.scopes])
        for row in Token.objects.filter(user=me_of(request))
    ]
    now = request.place.clock.now()
    return render(
        request,
        "people/tokens.html",
        {"rows": rows, "form": form, "secret": shown_once(request).get("token"), "now": now},
    )


@require_POST
def revoke_token(request: Request, number: int) -> HttpResponse:
    """Take a token back."""
    user = me_of(request)
    row = get_object_or_404(Token, pk=number, user=user)
    if revoke(request.place, row):
        happened(Happened.TOKEN_REVOKED, user, request, detail=row.name)
    return redirect("account_tokens")


@never_cache
@require_GET
def resume(request: Request) -> HttpResponse:
    """Offer to go on with the form that waited while we asked who it is."""
    held = held_act(request)
    if held is None:
        messages.info(request, gettext("That waited too long, or was too large to keep."))
        return redirect("account")
    path, fields = held
    return render(request, "people/resume.html", {"path": path, "fields": fields})


@require_http_methods(["GET", "POST"])
def again(request: Request) -> HttpResponse:
    """Have a person log in again who has neither a password nor a key here."""
    back = request.POST.get("next") or request.GET.get("next") or ""
    if not url_has_allowed_host_and_scheme(back, allowed_hosts={request.get_host()}):
        back = ""
    if request.method == "GET":
        return render(request, "people/again.html", {"next": back})
    logout(request)
    login = redirect("account_login")
    if back:
        login["Location"] += f"?{urlencode({'next': back})}"
    return login
