"""Reliance reports: how much a model leans on whom, with intervals."""

from __future__ import annotations

from django.http import HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils.translation import gettext

from yesand.people.frame import AUDITOR, PRODUCER
from yesand.people.gates import only
from yesand.people.sight import Request, visible
from yesand.people.views import listed
from yesand.reliance.chart import chart
from yesand.reliance.models import Fall, Report
from yesand.reliance.naming.services import names
from yesand.reliance.report import checks, signed
from yesand.reliance.saving.services import saved
from yesand.reliance.scatter import scattered
from yesand.reliance.shares import BILLION
from yesand.reliance.watching.services import standing


def reports(request: Request) -> HttpResponse:
    """List reports, the newest first."""
    rows = visible(Report, request.sight).select_related("model")
    return listed(request, "reliance/list.html", rows.order_by("-at", "digest"))


def report(request: Request, digest: str) -> HttpResponse:
    """Show one report; a performer sees their own share and the sum of the others'."""
    rows = visible(Report, request.sight).select_related("model", "entry")
    found = get_object_or_404(rows, digest=digest)
    predicate = signed(found.envelope)
    held = predicate.get("quality", {}).get("faithfulness", {})
    told = [(gettext(name), value) for name, value in checks(predicate)]
    context = {
        "report": found,
        "predicate": predicate,
        "checks": told,
        "utility": _nats(predicate.get("utility", {})),
        "settings": sorted(predicate.get("settings", {}).items()),
        "later": _later(request, found),
        "scatter": scattered(held.get("points", [])),
        "count": len(held.get("points", [])),
        "pearson": held.get("pearson"),
    }
    return render(request, "reliance/report.html", context)


def _nats(utility: dict[str, int]) -> dict[str, float]:
    """Return the utility in nats; nothing where none was measured, as of an inherited report."""
    return {name: part / BILLION for name, part in utility.items() if any(utility.values())}


def _later(request: Request, found: Report) -> Report | None:
    """Return the report that sets shares in place of an earlier one that did."""
    stands = standing(found.model) if found.sets_shares else None
    if stands is None or stands == found:
        return None
    return visible(Report, request.sight).filter(pk=stands.pk).first()


def fall(request: Request, number: int) -> HttpResponse:
    """Tell a performer that their share went down, and why as far as the reports say."""
    rows = visible(Fall, request.sight).select_related(
        "performer", "report__model", "before__model"
    )
    found = get_object_or_404(rows, pk=number)
    context = {
        "fall": found,
        "was": found.before.shares.get(found.performer.handle),
        "now": found.report.shares.get(found.performer.handle),
        "reports": visible(Report, request.sight).filter(pk__in=[found.before_id, found.report_id]),
        "mine": found.performer == request.sight.performer,
    }
    return render(request, "reliance/fall.html", context)


def picture(request: Request, digest: str) -> HttpResponse:
    """Send a report's chart as a picture, of the rows that the person may read."""
    rows = visible(Report, request.sight).select_related("model__manifest")
    found = get_object_or_404(rows, digest=digest)
    shown = names(found, request.sight)
    shares = {shown[handle]: found.shares[handle] for handle in shown}
    return HttpResponse(chart(shares), "image/svg+xml")


@only(PRODUCER, AUDITOR)
def whole(request: Request, digest: str) -> HttpResponse:
    """Send a report with all its rows, as an auditor verifies it and computes it again."""
    found = get_object_or_404(visible(Report, request.sight), digest=digest)
    name = f"reliance-{digest[:12]}.json"
    headers = {"Content-Disposition": f'attachment; filename="{name}"'}
    return HttpResponse(saved(request.place, found), "application/json", headers=headers)
