"""A month's usage as it was metered and attested, and what of it is missing."""

from __future__ import annotations

from django.contrib import messages
from django.http import Http404, HttpResponse, HttpResponseRedirect, JsonResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils.translation import gettext
from django.views.decorators.http import require_POST, require_safe

from yesand.kernel.clock import Period
from yesand.kernel.errors import BadInput, YesAndError
from yesand.people.confirming import reauthenticated
from yesand.people.models import Organisation, User
from yesand.people.shapes import own_licensee
from yesand.people.sight import Request, visible
from yesand.royalties.attesting.attested import Totals, rows_of
from yesand.royalties.attesting.missing.services import month
from yesand.royalties.attesting.services import apart, attest, metered, serving, standing
from yesand.royalties.estimating.estimate import TrueUp
from yesand.royalties.estimating.services import trued_up
from yesand.royalties.models import Attestation, Estimate
from yesand.training.models import Deployment


@require_safe
def attested(request: Request) -> HttpResponse:
    """Show how a month stands: to a licensee its own, to producers and auditors everybody's."""
    sight = request.sight
    if not sight.everything and not sight.licensees:
        raise Http404
    now = Period.of(request.place.clock.now())
    period = _period(request.GET.get("period", "")) or now.previous()
    own = Organisation.objects.filter(pk__in=sight.licensees).order_by("slug")
    return render(
        request,
        "royalties/attested.html",
        {
            "period": str(period),
            "before": str(period.previous()),
            "after": str(period.next()) if period < now else "",
            "over": period.end <= request.place.clock.now(),
            "month": month(request.place, period, None if sight.everything else sight.licensees),
            "estimates": _estimates(request, period),
            "forms": [] if sight.everything else _forms(request, period, list(own)),
        },
    )


def _estimates(request: Request, period: Period) -> list[tuple[Estimate, list[TrueUp]]]:
    """Return what was estimated of the deployments that one sees, and what came in since."""
    rows = Estimate.objects.filter(period=str(period)).order_by("deployment")
    if not request.sight.everything:
        own = Deployment.objects.filter(licensee__in=request.sight.licensees)
        rows = rows.filter(deployment__in=own.values("name"))
    return [(row, trued_up(request.place, row)) for row in rows]


def _forms(request: Request, period: Period, own: list[Organisation]) -> list[dict[str, object]]:
    """Return what each organisation can attest: what stands, else what was metered."""
    if period.end > request.place.clock.now():
        return []
    found = []
    for by in own:
        names = serving(by, period)
        if not names:
            continue
        row = standing(by, period)
        rows = row.totals if row else _with_all(metered(request.place, period, names), names)
        found.append({"by": by, "rows": rows, "standing": row})
    return found


def _with_all(totals: Totals, names: dict[str, str]) -> list[dict[str, object]]:
    """Return totals as rows; a deployment without any has a row of nought."""
    silent = names.keys() - {key.deployment for key in totals}
    none = [{"deployment": name, "unit": "request", "quantity": 0} for name in sorted(silent)]
    return [*rows_of(totals), *none]


@require_POST
@reauthenticated
def attest_month(request: Request, period: str) -> HttpResponse:
    """Sign a month's totals as a licensee gives them."""
    by = own_licensee(request.sight, request.POST.get("licensee", ""))
    assert isinstance(request.user, User)
    try:
        rows = _rows(request)
        made = attest(request.place, by, Period.parse(period), rows, user=request.user)
    except YesAndError as fault:
        messages.error(
            request, " ".join(filter(None, (f"{fault.what}.", fault.where, fault.remedy)))
        )
        return HttpResponseRedirect(f"{reverse('attested')}?period={period}")
    messages.success(request, gettext("Attested and signed."))
    return HttpResponseRedirect(reverse("attestation", args=[made.digest]))


def _rows(request: Request) -> list[dict[str, object]]:
    names = ("deployment", "unit", "currency", "quantity")
    columns = [request.POST.getlist(name) for name in names]
    found = []
    for deployment, unit, currency, quantity in zip(*columns, strict=False):
        whole = quantity.strip()
        if not whole.isascii() or not whole.isdecimal():
            raise BadInput(f"{whole[:40]!r} is not a whole number", where=f"{deployment}, {unit}")
        row: dict[str, object] = {"deployment": deployment, "unit": unit, "quantity": int(whole)}
        found.append(row | ({"currency": currency} if currency else {}))
    return found


@require_safe
def attestation(request: Request, digest: str) -> HttpResponse:
    """Show one attestation as it was signed, beside what is metered by now."""
    found = _seen(request, digest)
    return render(
        request,
        "royalties/attestation.html",
        {
            "row": found,
            "differences": apart(request.place, found),
            "next": Attestation.objects.filter(supersedes=found).first(),
            "signatures": len(found.envelope["signatures"]),
        },
    )


@require_safe
def attestation_document(request: Request, digest: str) -> HttpResponse:
    """Send an attestation's signed envelope (DSSE)."""
    found = _seen(request, digest)
    name = f"attestation-{found.licensee.slug}-{found.period}.json"
    headers = {"Content-Disposition": f'attachment; filename="{name}"'}
    return JsonResponse(found.envelope, headers=headers)


def _seen(request: Request, digest: str) -> Attestation:
    rows = visible(Attestation, request.sight).select_related("licensee", "entry", "supersedes")
    return get_object_or_404(rows, digest=digest)


def _period(text: str) -> Period | None:
    try:
        return Period.parse(text) if text else None
    except BadInput:
        raise Http404 from None
