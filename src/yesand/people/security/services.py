"""Keeping the history of an account's security, its sessions and its tokens."""

from __future__ import annotations

import hashlib
from collections.abc import Collection
from datetime import datetime
from secrets import token_urlsafe
from typing import Any

from allauth.account.adapter import get_adapter
from allauth.usersessions.models import UserSession
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest

from yesand.kernel.clock import Clock
from yesand.kernel.errors import BadInput
from yesand.kernel.place import Place
from yesand.people.confirming import now_of
from yesand.people.happenings import Happened, described, shortened
from yesand.people.models import Event, Token, User
from yesand.people.scopes import SCOPES

#: Tokens begin so, and are found by those who look for leaked ones.
PREFIX = "yesand_"
_ONCE = "shown_once"


def happened(
    kind: Happened,
    user: User,
    request: HttpRequest | None = None,
    *,
    detail: str = "",
    by: User | None = None,
    at: datetime | None = None,
) -> Event:
    """Enter an event in a person's history."""
    if by is None and request is not None and isinstance(getattr(request, "user", None), User):
        by = request.user  # type: ignore[assignment]
    return Event.objects.create(
        user=user,
        by=by if by != user else None,
        kind=kind.value,
        at=at or (now_of(request) if request is not None else Clock().now()),
        ip=shortened(address_of(request)),
        agent=described(request.headers.get("User-Agent", "")) if request is not None else "",
        detail=detail[:200],
    )


def address_of(request: HttpRequest | None) -> str:
    """Return where a request comes from, past the proxies that are trusted; else nothing."""
    if request is None:
        return ""
    try:
        return str(get_adapter().get_client_ip(request))
    except PermissionDenied:
        return ""


def keep_once(request: HttpRequest, secret: dict[str, Any]) -> None:
    """Keep a secret for the one page that shows it: a page made by a form must not be its answer.

    Loading it again would send the form again, and make another.
    """
    request.session[_ONCE] = secret


def shown_once(request: HttpRequest) -> dict[str, Any]:
    """Return the secret that was just made, and forget it."""
    found: dict[str, Any] = request.session.pop(_ONCE, None) or {}
    return found


def sessions_of(user: User) -> list[UserSession]:
    """Return a person's open sessions, the newest first."""
    return sorted(
        UserSession.objects.purge_and_list(user), key=lambda row: row.created_at, reverse=True
    )


def shut_out(place: Place, user: User) -> None:
    """End every session and token of a person's."""
    for session in UserSession.objects.filter(user=user):
        session.end()
    Token.objects.filter(user=user, revoked_at=None).update(revoked_at=place.clock.now())


def make_token(
    place: Place, user: User, name: str, scopes: Collection[str], expires_at: datetime | None
) -> tuple[Token, str]:
    """Make a token for the API; return it and its secret, which is kept nowhere.

    Raises
    ------
    BadInput : no name, no scope or one that there is not, or an end that has passed.
    """
    now = place.clock.now()
    if not name.strip() or not scopes or not set(scopes) <= set(SCOPES):
        raise BadInput("A token has a name and at least one scope", remedy="Choose what it may do.")
    if expires_at is not None and expires_at <= now:
        raise BadInput("That end has passed", remedy="Choose a later one.")
    secret = PREFIX + token_urlsafe(32)
    made = Token.objects.create(
        user=user,
        name=name.strip()[:80],
        digest=hashlib.sha256(secret.encode()).hexdigest(),
        scopes=sorted(scopes),
        created_at=now,
        expires_at=expires_at,
    )
    return made, secret


def revoke(place: Place, token: Token) -> bool:
    """Take a token back; tell whether it was good until now."""
    rows = Token.objects.filter(pk=token.pk, revoked_at=None)
    return bool(rows.update(revoked_at=place.clock.now()))
