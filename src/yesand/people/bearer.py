"""Who sends a request to the API: the session of the pages, or a token with named scopes."""

from __future__ import annotations

import hashlib
from datetime import timedelta
from typing import Any, cast

from django.conf import settings
from django.http import HttpRequest
from ninja.security import APIKeyCookie, HttpBearer

from yesand.people.models import Token, User
from yesand.people.sight import Request, Sight

#: How often a token notes that it is in use: each note is a write.
NOTED = timedelta(minutes=1)


class Refusal(Exception):
    """The token is good, and may not do this."""


class Session(APIKeyCookie):
    """The session of who is signed in on the pages; CSRF is checked as it is there."""

    param_name = settings.SESSION_COOKIE_NAME

    def authenticate(self, request: HttpRequest, key: str | None) -> User | None:
        """Return who is signed in."""
        user = request.user
        return user if user.is_authenticated and user.is_active else None


class Bearer(HttpBearer):
    """``Authorization: Bearer …`` (RFC 6750), for one scope."""

    def __init__(self, scope: str) -> None:
        super().__init__()
        self.scope = scope

    def authenticate(self, request: HttpRequest, token: str) -> User | None:
        """Return whose token it is, and see with their eyes.

        Raises
        ------
        Refusal : the token is good but lacks the scope.
        """
        here = cast(Request, request)
        now = here.place.clock.now()
        found = (
            Token.objects.select_related("user")
            .filter(digest=hashlib.sha256(token.encode()).hexdigest(), revoked_at=None)
            .first()
        )
        if found is None or not found.user.is_active:
            return None
        if found.expires_at is not None and found.expires_at <= now:
            return None
        if self.scope not in found.scopes:
            raise Refusal(self.scope)
        if found.last_used_at is None or abs(now - found.last_used_at) > NOTED:
            Token.objects.filter(pk=found.pk).update(last_used_at=now)
        request.user = found.user
        here.sight = Sight.of(found.user, now)
        return found.user


def allowed(scope: str) -> list[Any]:
    """Return who may call an operation: a person on the pages, or a token with that scope."""
    return [Bearer(scope), Session()]
