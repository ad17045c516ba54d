"""For whom a person acts, on their own page."""

from __future__ import annotations

from collections.abc import Iterator

from yesand.people.frame import Panel
from yesand.people.sight import Request


def panels(request: Request) -> Iterator[Panel]:
    """Yield those for whom the person acts, each with what they may do for them."""
    if request.sight.acting:
        yield Panel("people/acted_for.html", {"acting": request.sight.acting}, 5)
