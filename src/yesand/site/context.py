"""What every page knows: the house, its banners, the line, and who is looking."""

from __future__ import annotations

from typing import Any, cast

from django.http import HttpRequest

from yesand.agreements.models import Agreement
from yesand.people.models import Performer
from yesand.people.sight import Request
from yesand.site.line import STATIONS


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
        "trial": Agreement.objects.filter(kind=Agreement.Kind.TRIAL).exists(),
        "sample": Performer.objects.filter(synthetic=True).exists(),
    }


def _here(request: HttpRequest) -> str:
    """Return the station that a page belongs to: its list's address is the page's in the plural."""
    name = request.resolver_match.url_name if request.resolver_match else ""
    return next((s.key for s in STATIONS if s.address in (name, f"{name}s")), "")
