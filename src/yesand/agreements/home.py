"""A performer's agreements on their own page: the summary first."""

from __future__ import annotations

from collections.abc import Iterator

from yesand.agreements.models import Agreement, Offer
from yesand.agreements.offering.speaking.services import open_offers
from yesand.people.frame import Panel
from yesand.people.sight import Request, visible


def panels(request: Request) -> Iterator[Panel]:
    """Yield a performer's agreements, those that stand first."""
    performer = request.sight.performer
    if performer is None:
        return
    rows = visible(Agreement, request.sight).filter(performer=performer)
    found = rows.select_related("producer", "superseded_by").order_by("-signed_at", "digest")
    standing = sorted(found, key=lambda each: hasattr(each, "superseded_by"))
    offers = open_offers(visible(Offer, request.sight).filter(performer=performer))
    yield Panel("agreements/mine.html", {"agreements": standing, "offers": offers}, 60)
