"""Reliance reports: how much a model leans on whom, with intervals."""

from __future__ import annotations

from django.http import HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils.translation import gettext

from yesand.kernel.canonical import parse
from yesand.people.sight import Request, visible
from yesand.people.views import listed
from yesand.provenance.dsse import payload_of
from yesand.reliance.chart import chart
from yesand.reliance.models import Report
from yesand.reliance.naming.services import names
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
    told = [(gettext(name), value) for name, value in checks(predicate)]
    context = {"report": found, "predicate": predicate, "checks": told}
    return render(request, "reliance/report.html", context)


def picture(request: Request, digest: str) -> HttpResponse:
    """Send a report's chart as a picture, of the rows that the person may read."""
    rows = visible(Report, request.sight).select_related("model__manifest")
    found = get_object_or_404(rows, digest=digest)
    shown = names(found, request.sight)
    shares = {shown[handle]: found.shares[handle] for handle in shown}
    return HttpResponse(chart(shares), "image/svg+xml")
