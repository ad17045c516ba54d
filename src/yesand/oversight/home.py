"""Withdrawing, obligations and checks, on a person's own page."""

from __future__ import annotations

from collections.abc import Iterator

from django.db.models import F

from yesand.agreements.models import Withdrawal
from yesand.oversight.models import Check, Finding, Obligation
from yesand.people.frame import Panel
from yesand.people.sight import Request, visible


def panels(request: Request) -> Iterator[Panel]:
    """Yield what oversight means to the person."""
    sight, now = request.sight, request.place.clock.now()
    if sight.performer is not None:
        mine = visible(Withdrawal, sight).filter(performer=sight.performer)
        yield Panel("oversight/withdrawing.html", {"withdrawals": mine.order_by("-entry_id")}, 80)
    if sight.licensees:
        open_ones = visible(Obligation, sight).filter(fulfilment=None)
        rows = open_ones.filter(bearer__in=sight.licensees).select_related("bearer", "fulfilment")
        soonest = rows.order_by(F("due").asc(nulls_last=True), "pk")[:10]
        yield Panel("oversight/duties.html", {"duties": soonest, "request": request}, 40)
    if sight.everything:
        context = {
            "check": Check.objects.order_by("-at", "-pk").first(),
            "findings": Finding.objects.count(),
            "overdue": Obligation.objects.filter(due__lt=now, fulfilment=None).count(),
        }
        yield Panel("oversight/standing.html", context, 20)
