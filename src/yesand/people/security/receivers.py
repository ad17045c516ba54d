"""Listening to who signs in and how: each becomes an event of the person's history."""

from __future__ import annotations

from typing import Any

from allauth.account.signals import (
    authentication_step_completed,
    password_changed,
    password_set,
    user_logged_in,
)
from allauth.mfa.signals import authenticator_added, authenticator_removed, authenticator_reset
from allauth.socialaccount.signals import social_account_added, social_account_removed
from django.contrib.auth import signals as django_signals
from django.http import HttpRequest, HttpResponse

from yesand.people.confirming import proven
from yesand.people.happenings import Happened
from yesand.people.models import User
from yesand.people.security.services import happened
from yesand.people.speaking import speak

_SIGNALS = (
    (password_changed, Happened.PASSWORD_CHANGED),
    (password_set, Happened.PASSWORD_CHANGED),
    (authenticator_added, Happened.FACTOR_ADDED),
    (authenticator_removed, Happened.FACTOR_REMOVED),
    (authenticator_reset, Happened.CODES_RENEWED),
)


def listen() -> None:
    """Join the listeners to their signals."""
    django_signals.user_logged_in.connect(_began, dispatch_uid="began")
    django_signals.user_login_failed.connect(_failed, dispatch_uid="failed")
    user_logged_in.connect(_logged_in, dispatch_uid="logged in")
    authentication_step_completed.connect(_confirmed, dispatch_uid="confirmed")
    social_account_added.connect(_linked, dispatch_uid="linked")
    social_account_removed.connect(_unlinked, dispatch_uid="unlinked")
    for signal, kind in _SIGNALS:
        signal.connect(_noting(kind), weak=False, dispatch_uid=kind.value + str(id(signal)))


def _noting(kind: Happened) -> Any:
    def noted(request: HttpRequest, user: User, **told: Any) -> None:
        about = told.get("authenticator")
        happened(kind, user, request, detail=str(about.type) if about else "")

    return noted


def _began(request: HttpRequest, user: User, **_: Any) -> None:
    proven(request)
    request.session["began_at"] = request.session["proven_at"]


def _logged_in(request: HttpRequest, user: User, **told: Any) -> None:
    records = request.session.get("account_authentication_methods") or []
    how = ", ".join(dict.fromkeys(_name_of(record) for record in records))
    happened(Happened.LOGIN, user, request, detail=how)
    response = told.get("response")
    if isinstance(response, HttpResponse):
        speak(response, user)


def _name_of(record: dict[str, Any]) -> str:
    return str(record.get("type") or record.get("provider") or record["method"])


def _confirmed(request: HttpRequest, user: User, **told: Any) -> None:
    if told.get("reauthenticated"):
        proven(request)
        happened(Happened.CONFIRMED, user, request, detail=str(told.get("method", "")))


def _failed(credentials: dict[str, Any], request: HttpRequest | None = None, **_: Any) -> None:
    name = credentials.get("username")
    user = User.objects.filter(username=name).first() if name else None
    if user is not None:
        happened(Happened.LOGIN_FAILED, user, request)


def _linked(request: HttpRequest, sociallogin: Any, **_: Any) -> None:
    happened(Happened.LINKED, sociallogin.user, request, detail=sociallogin.account.provider)


def _unlinked(request: HttpRequest, socialaccount: Any, **_: Any) -> None:
    happened(Happened.UNLINKED, socialaccount.user, request, detail=socialaccount.provider)
