"""What every page knows: the house, its banners, the line, and who is looking."""

from __future__ import annotations

from typing import Any, cast

from django.db import connection
from django.http import HttpRequest

from yesand.agreements.models import Agreement
from yesand.people.frame import Link
from yesand.people.models import Performer
from yesand.people.rooms import links
from yesand.people.sight import Request
from yesand.site.line import STATIONS

_MARKS = (
    f"SELECT EXISTS(SELECT 1 FROM {Agreement._meta.db_table} WHERE kind = %s), "  # nosec B608
    f"EXISTS(SELECT 1 FROM {Performer._meta.db_table} WHERE synthetic = %s)"
)


def house(request: HttpRequest) -> dict[str, Any]:
    """Name the house, and say loudly when what it holds is a trial or a sample."""
    place = getattr(request, "place", None)
    if place is None:  # a request that failed before it came home
        return {"house_name": "Yes-And", "stations": STATIONS}
    return {
        "house_name": place.name,
        "stations": STATIONS,
        "here": _here(request),
        "sight": cast(Request, request).sight,
        "menu": _menu(cast(Request, request)),
        **marks(),
    }


def marks() -> dict[str, bool]:
    """Tell whether the house holds trial terms, and synthetic voices, by one question."""
    with connection.cursor() as cursor:
        cursor.execute(_MARKS, [Agreement.Kind.TRIAL, True])
        trial, sample = cursor.fetchone()
    return {"trial": bool(trial), "sample": bool(sample)}


def _menu(request: Request) -> list[Link]:
    """Return the links that the person is shown, in their order."""
    roles = request.sight.roles
    rights = frozenset[str]().union(*(each.scopes for each in request.sight.acting))
    return [link for link in links() if link.shown_to(roles, rights)]


def _here(request: HttpRequest) -> str:
    """Return the station that a page belongs to: its list's address is the page's in the plural."""
    name = request.resolver_match.url_name if request.resolver_match else ""
    return next((s.key for s in STATIONS if s.address in (name, f"{name}s")), "")
