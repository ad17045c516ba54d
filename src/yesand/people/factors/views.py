"""The page that asks for a first second factor, and those of recovery codes."""

from __future__ import annotations

from typing import cast
from urllib.parse import quote

from allauth.mfa.totp.views import ActivateTOTPView
from allauth.mfa.webauthn.views import AddWebAuthnView
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_POST

from yesand.people.confirming import reauthenticated
from yesand.people.factors.services import (
    CODES,
    WANTED,
    codes_left,
    has_factor,
    needs_factor,
    new_codes,
)
from yesand.people.happenings import Happened
from yesand.people.models import User
from yesand.people.security.services import happened
from yesand.people.sight import Request


@never_cache
@require_GET
def first(request: Request) -> HttpResponse:
    """Ask kindly for a passkey or an app: what it is, why, and which to choose."""
    if not needs_factor(request):
        return redirect(onward(request))
    return render(request, "people/first_factor.html")


def onward(request: Request) -> str:
    """Return where somebody was going before we asked, and forget it."""
    return str(request.session.pop(WANTED, "") or reverse("me"))


@never_cache
@require_GET
def recovery(request: Request) -> HttpResponse:
    """Tell how many recovery codes are left, and offer to make new ones."""
    user = cast(User, request.user)
    if not has_factor(user):
        return redirect("mfa_index")
    return render(
        request,
        "people/recovery.html",
        {"left": codes_left(user), "of": CODES, "wanted": request.session.get(WANTED)},
    )


@never_cache
@require_POST
@reauthenticated
def new_recovery(request: Request) -> HttpResponse:
    """Make recovery codes, and show them in this very answer: they are kept nowhere to show later.

    Loading the page again makes others, and the browser asks before it does.
    """
    user = cast(User, request.user)
    codes = new_codes(request.place, user)
    happened(Happened.CODES_RENEWED, user, request)
    text = f"{request.place.name}, {user.username}\n\n" + "\n".join(codes) + "\n"
    return render(
        request,
        "people/recovery.html",
        {
            "codes": codes,
            "file": f"data:text/plain;charset=utf-8,{quote(text)}",
            "onward": onward(request),
        },
    )


class _ThenCodes:
    """After a first factor come its recovery codes."""

    request: Request

    def get_success_url(self) -> str:
        """Return the page of recovery codes if there are none yet."""
        left = codes_left(cast(User, self.request.user))
        return reverse("mfa_index" if left else "mfa_recovery_codes")


class JoinApp(_ThenCodes, ActivateTOTPView):  # type: ignore[misc]  # allauth has no types
    """Join an app for codes."""


class AddPasskey(_ThenCodes, AddWebAuthnView):  # type: ignore[misc]
    """Add a passkey or key."""


join_app, add_passkey = JoinApp.as_view(), AddPasskey.as_view()
