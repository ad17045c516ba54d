"""A statement that has just come waits to be read."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

from django.urls import reverse
from django.utils.translation import gettext

from yesand.people.frame import Waiting
from yesand.people.sight import Request
from yesand.royalties.models import Statement

#: How long a statement counts as new.
NEW = timedelta(days=14)


def waiting(request: Request) -> Iterator[Waiting]:
    """Yield a performer's new statements."""
    performer = request.sight.performer
    if performer is None:
        return
    rows = Statement.objects.filter(
        performer=performer, settlement__at__gt=request.place.clock.now() - NEW
    )
    for row in rows.select_related("settlement"):
        what = gettext("Read your statement for %(month)s") % {"month": row.settlement.period}
        yield Waiting(what, reverse("statement", args=[row.digest]), row.settlement.at)
