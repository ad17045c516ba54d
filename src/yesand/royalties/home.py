"""What a performer has earned, on their own page."""

from __future__ import annotations

from collections.abc import Iterator

from yesand.people.frame import Panel
from yesand.people.sight import Request, visible
from yesand.royalties.earned.services import charts, kept
from yesand.royalties.models import Statement


def panels(request: Request) -> Iterator[Panel]:
    """Yield a performer's balance with a small chart."""
    performer = request.sight.performer
    if performer is None:
        return
    rows = visible(Statement, request.sight).filter(performer=performer)
    latest = rows.select_related("settlement").order_by("-settlement__period", "currency")
    context = {
        "accounts": kept(performer),
        "charts": charts(request.place, performer),
        "statements": latest[:3],
    }
    yield Panel("royalties/home.html", context, 20)
