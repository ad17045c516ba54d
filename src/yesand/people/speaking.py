"""The language that a person is spoken to in: kept with the account, and in a cookie."""

from __future__ import annotations

from django.conf import settings
from django.http import HttpResponse

from yesand.people.models import User


def speak(response: HttpResponse, user: User) -> None:
    """Set the language's cookie to what the person has chosen."""
    if user.language in dict(settings.LANGUAGES):
        response.set_cookie(
            settings.LANGUAGE_COOKIE_NAME,
            user.language,
            max_age=31_536_000,
            samesite="Lax",
            secure=settings.SESSION_COOKIE_SECURE,
        )
