"""What a performer has earned, on their own page."""

from __future__ import annotations

from collections.abc import Iterator

from yesand.people.frame import Panel
from yesand.people.sight import Request
from yesand.royalties.earned.services import charts, kept


def panels(request: Request) -> Iterator[Panel]:
    """Yield a performer's balance with a small chart."""
    performer = request.sight.performer
    if performer is None:
        return
    context = {"accounts": kept(performer), "charts": charts(request.place, performer)}
    yield Panel("royalties/home.html", context, 20)
