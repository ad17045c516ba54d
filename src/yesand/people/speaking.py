"""The language that a person is spoken to in: kept with the account, and in a cookie."""

from __future__ import annotations

from datetime import date

from django.conf import settings
from django.http import HttpResponse
from django.utils.formats import date_format
from django.utils.translation import gettext

from yesand.kernel.errors import YesAndError
from yesand.kernel.wording import Sentence
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


def in_words(text: str) -> str:
    """Return what a module without a framework said, in the language of who reads it."""
    if not isinstance(text, Sentence):
        return gettext(text) if text else ""
    pattern = gettext(text.pattern)
    if pattern == text.pattern:
        return str(text)
    return pattern % {name: _told(value) for name, value in text.values.items()}


def fault_in_words(fault: YesAndError) -> str:
    """Return a whole error in one line, as `YesAndError.sentence`, in the reader's language."""
    place = f" ({fault.where})" if fault.where else ""
    return f"{in_words(fault.what)}{place}. {in_words(fault.remedy)}".rstrip()


def _told(value: object) -> object:
    if isinstance(value, date):
        return date_format(value)
    return in_words(value) if isinstance(value, Sentence) else value
