"""Where the pages lie for the rest of the world: in letters, calendars, feeds and previews.

``YESAND_PUBLIC_URL`` says it. Without it a page is named by the address it was asked for at, and
a letter, which nobody asks for, names none.
"""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.http import HttpRequest
from django.urls import reverse

from yesand.kernel.place import Place


def public(name: str, *arguments: Any) -> str:
    """Return a page's address for the world; empty if the house has none."""
    base = str(settings.PUBLIC_URL)
    return base + reverse(name, args=arguments) if base else ""


def address(request: HttpRequest, name: str, *arguments: Any) -> str:
    """Return a page's address for the world, or else as the request would name it."""
    return home(request) + reverse(name, args=arguments)


def home(request: HttpRequest) -> str:
    """Return where all pages lie, without a slash at the end."""
    return str(settings.PUBLIC_URL) or request.build_absolute_uri("/").rstrip("/")


def domain(place: Place) -> str:
    """Return a name of this house alone, for the ids of letters and events."""
    return f"{place.origin.rpartition('/')[2]}.yes-and.invalid"
