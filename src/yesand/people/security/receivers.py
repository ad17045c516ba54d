"""Listening to who signs in and how: each becomes an event of the person's history."""

from __future__ import annotations

import logging
from typing import Any

from allauth.account.signals import (
    authentication_step_completed,
    password_changed,
    password_set,
    user_logged_in,
)
from allauth.mfa.signals import authentication_failed, authenticator_added, authenticator_removed
from allauth.socialaccount.signals import social_account_added, social_account_removed
from allauth.usersessions.internal.flows.sessions import end_other_sessions
from django.contrib.auth import signals as django_signals
from django.http import HttpRequest, HttpResponse

from yesand.people.confirming import proven
from yesand.people.factors.services import forget_factors, has_factor
from yesand.people.happenings import Happened
from yesand.people.models import User
from yesand.people.security.services import happened
from yesand.people.speaking import speak

log = logging.getLogger("yesand.people")
_SIGNALS = (
    (password_changed, Happened.PASSWORD_CHANGED),
    (password_set, Happened.PASSWORD_CHANGED),
    (authenticator_added, Happened.FACTOR_ADDED),
    (authenticator_removed, Happened.FACTOR_REMOVED),
)


def listen() -> None:
    """Join the listeners to their signals."""
    django_signals.user_logged_in.connect(_began, dispatch_uid="began")
    django_signals.user_login_failed.connect(_failed, dispatch_uid="failed")
    user_logged_in.connect(_logged_in, dispatch_uid="logged in")
    authentication_step_completed.connect(_confirmed, dispatch_uid="confirmed")
    authentication_failed.connect(_second_failed, dispatch_uid="second failed")
    authenticator_removed.connect(_removed, dispatch_uid="removed")
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
        return
    # Never the name: it may be a password that went into the wrong field.
    log.warning("Login failed: nobody of that name", extra={"request": request})


def _second_failed(request: HttpRequest, user: User, **told: Any) -> None:
    """Who got this far knew the password: that is worth a look."""
    happened(Happened.LOGIN_FAILED, user, request, detail="second factor")


def _removed(request: HttpRequest, user: User, **_: Any) -> None:
    """Without a factor its recovery codes open nothing, and no other browser stays in."""
    if has_factor(user):
        return
    forget_factors(request, user)
    end_other_sessions(request, user)


def _linked(request: HttpRequest, sociallogin: Any, **_: Any) -> None:
    happened(Happened.LINKED, sociallogin.user, request, detail=sociallogin.account.provider)


def _unlinked(request: HttpRequest, socialaccount: Any, **_: Any) -> None:
    happened(Happened.UNLINKED, socialaccount.user, request, detail=socialaccount.provider)
