"""What guards every session: its ends, and a second factor where one is required."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any, cast
from urllib.parse import urlencode
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from django.conf import settings
from django.contrib.auth import logout
from django.contrib.auth.middleware import LoginRequiredMiddleware
from django.contrib.auth.models import AnonymousUser
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect, JsonResponse
from django.http.response import HttpResponseBase
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext

from yesand.kernel.clock import instant, stamp
from yesand.people.confirming import keep, now_of
from yesand.people.factors.services import WANTED, needs_factor
from yesand.people.models import User
from yesand.people.sight import Request

Next = Callable[[HttpRequest], HttpResponseBase]
#: How often a session notes that it is in use: each note is a write.
NOTED = timedelta(minutes=5)
#: What one needs to get a second factor, or to leave it; and what is no page for anybody.
_ALWAYS = frozenset(
    "account account_login account_logout account_inactive account_reauthenticate account_resume "
    "account_again account_change_password account_set_password account_history account_sessions "
    "account_settings set_language start robots".split()
)


class SignedIn(LoginRequiredMiddleware):
    """Closes every page that does not say it is open; a form sent too late is not lost by it."""

    def handle_no_permission(self, request: HttpRequest, view_func: Any) -> HttpResponseRedirect:
        """Lead to the login page and back; to what was filled in, if the session ended meanwhile.

        Whoever then logs in sees the form before anything is done with it.
        """
        if not form_to_keep(request):
            return super().handle_no_permission(request, view_func)
        keep(request)
        login, back = reverse("account_login"), reverse("account_resume")
        return HttpResponseRedirect(f"{login}?{urlencode({'next': back})}")


def form_to_keep(request: HttpRequest) -> bool:
    """Tell whether a page's own form was sent that may be kept: no secret, no file."""
    if request.method != "POST" or request.path.startswith("/api/"):
        return False
    name = (request.resolver_match.url_name or "") if request.resolver_match else ""
    by_script = "HX-Request" in request.headers or "X-Requested-With" in request.headers
    secret = any("password" in field or "code" in field for field in request.POST)
    return not (by_script or secret or request.FILES or name in _ALWAYS or name.startswith("mfa_"))


class Guarded:
    """Ends what is too old; keeps what is in use; asks for a second factor."""

    def __init__(self, get_response: Next) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        """Look at the session first."""
        if request.user.is_authenticated:
            self._age(request)
        with timezone.override(_zone_of(request.user)):
            return self.get_response(request)

    def process_view(
        self, request: HttpRequest, view: Any, args: Any, kwargs: Any
    ) -> HttpResponse | None:
        """Send who needs a second factor to where they get one, and then back."""
        if not request.user.is_authenticated:
            return None
        name = (request.resolver_match.url_name or "") if request.resolver_match else ""
        free = name in _ALWAYS or name.startswith("mfa_")
        if free or not needs_factor(cast(Request, request)):
            return None
        if request.path.startswith("/api/"):
            told = gettext("This house asks for a second factor: add a passkey or an app first.")
            body = {"type": "about:blank", "status": 403, "title": told}
            return JsonResponse(body, status=403, content_type="application/problem+json")
        return _to_first_factor(request)

    def _age(self, request: HttpRequest) -> None:
        now, session = now_of(request), request.session
        began = session.get("began_at")
        if began and now - instant(began) > timedelta(seconds=settings.SESSION_LONGEST):
            logout(request)
            return
        noted = session.get("noted_at")
        if noted is None or abs(now - instant(noted)) > NOTED:
            session["noted_at"] = stamp(now)  # saved, and so kept for another eight hours


def _to_first_factor(request: HttpRequest) -> HttpResponse:
    """Lead to the page that asks for a factor; what was filled in, or wanted, comes afterwards."""
    if form_to_keep(request):
        keep(request)
        request.session[WANTED] = reverse("account_resume")
    elif request.method == "GET" and "HX-Request" not in request.headers:
        request.session[WANTED] = request.get_full_path()
    if "HX-Request" in request.headers:
        return HttpResponse(status=204, headers={"HX-Redirect": reverse("mfa_first")})
    return HttpResponseRedirect(reverse("mfa_first"))


def _zone_of(user: User | AnonymousUser) -> ZoneInfo:
    """Return the zone in which a person reads times."""
    try:
        return ZoneInfo(user.zone) if isinstance(user, User) else ZoneInfo("UTC")
    except (ZoneInfoNotFoundError, ValueError):  # a name that this machine does not know
        return ZoneInfo("UTC")
