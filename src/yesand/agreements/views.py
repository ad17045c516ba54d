"""Agreements: the summary first, then the terms as a table, then every word."""

from __future__ import annotations

import json

from django.http import HttpResponse
from django.shortcuts import get_object_or_404, render

from yesand.agreements.models import Agreement, Offer, Withdrawal
from yesand.agreements.offering.services import open_offers
from yesand.agreements.reading import readable
from yesand.agreements.services import receipt_of
from yesand.agreements.terms import Terms
from yesand.people.sight import Request, visible
from yesand.people.views import listed


def agreements(request: Request) -> HttpResponse:
    """List agreements, the newest first."""
    rows = visible(Agreement, request.sight).select_related("performer", "producer")
    kind, handle = request.GET.get("kind", ""), request.GET.get("performer", "").strip()
    if kind:
        rows = rows.filter(kind=kind)
    if handle:
        rows = rows.filter(performer__handle__icontains=handle)
    return listed(
        request,
        "agreements/list.html",
        rows.order_by("-signed_at", "digest"),
        offers=open_offers(visible(Offer, request.sight)),
        kind=kind,
        kinds=Agreement.Kind.values,
        performer=handle,
    )


def agreement(request: Request, digest: str) -> HttpResponse:
    """Show one agreement, what it replaced, what replaced it, and what was withdrawn since."""
    rows = visible(Agreement, request.sight).select_related("performer", "producer", "entry")
    found = get_object_or_404(rows, digest=digest)
    return render(
        request,
        "agreements/agreement.html",
        {
            "agreement": found,
            "sections": readable(Terms.parse(found.terms)),
            "signatures": found.envelope.get("signatures", []),
            "superseded_by": Agreement.objects.filter(supersedes=found).first(),
            "withdrawals": Withdrawal.objects.filter(
                performer=found.performer, at__gte=found.signed_at
            ).order_by("at"),
        },
    )


def receipt(request: Request, digest: str) -> HttpResponse:
    """Send an agreement's receipt: what was signed, and the proof that it is in the log."""
    rows = visible(Agreement, request.sight).select_related("entry")
    found = get_object_or_404(rows, digest=digest)
    told = json.dumps(receipt_of(request.place, found), indent=2, ensure_ascii=False)
    name = f"agreement-{digest[:12]}.json"
    headers = {"Content-Disposition": f'attachment; filename="{name}"'}
    return HttpResponse(told, "application/json", headers=headers)
