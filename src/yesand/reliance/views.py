"""Reliance reports: how much a model leans on whom, with intervals."""

from __future__ import annotations

from django.http import HttpResponse
from django.shortcuts import get_object_or_404, render

from yesand.kernel.canonical import parse
from yesand.people.sight import Request, Sight, visible
from yesand.people.views import listed
from yesand.provenance.dsse import payload_of
from yesand.reliance.chart import chart
from yesand.reliance.models import Report
from yesand.reliance.report import checks


def reports(request: Request) -> HttpResponse:
    """List reports, the newest first."""
    rows = visible(Report, request.sight).select_related("model")
    return listed(request, "reliance/list.html", rows.order_by("-at", "digest"))


def report(request: Request, digest: str) -> HttpResponse:
    """Show one report; a performer sees their own share and the sum of the others'."""
    rows = visible(Report, request.sight).select_related("model", "entry")
    found = get_object_or_404(rows, digest=digest)
    predicate = parse(payload_of(found.envelope))["predicate"]
    return render(
        request,
        "reliance/report.html",
        {"report": found, "predicate": predicate, "checks": checks(predicate)},
    )


def picture(request: Request, digest: str) -> HttpResponse:
    """Send a report's chart as a picture, of the rows that the person may read."""
    found = get_object_or_404(visible(Report, request.sight), digest=digest)
    seen = named(request.sight)
    rows = {n: s for n, s in found.shares.items() if seen is None or n in seen}
    return HttpResponse(chart(rows), "image/svg+xml")


def named(sight: Sight) -> set[str] | None:
    """Return the handles that a person may read in a report they see; none: all of them."""
    if sight.everything or sight.licensees:
        return None
    return {sight.performer.handle} if sight.performer else set()
