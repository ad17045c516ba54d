"""Agreements: the summary first, then the terms as a table, then every word."""

from __future__ import annotations

import json
from importlib.resources import files
from typing import Any

from django.contrib.auth.decorators import login_not_required
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.views.decorators.http import require_safe

from yesand.agreements.approving.forms import asked
from yesand.agreements.consent.services import consent_receipt, odrl
from yesand.agreements.models import Agreement, Offer, Withdrawal
from yesand.agreements.odrl.actions import PROFILE
from yesand.agreements.offering.speaking.services import open_offers
from yesand.agreements.services import receipt_of, standing_of, state_of
from yesand.agreements.suspending.suspension import stopping
from yesand.people.acting import SIGN, WITHDRAW
from yesand.people.addresses import home
from yesand.people.models import Seat
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
    stands = standing_of(found)
    followed = Agreement.objects.filter(supersedes=found).first()
    produces = Seat.Role.PRODUCER in request.sight.roles
    own = found.kind == Agreement.Kind.INDIVIDUAL
    return render(
        request,
        "agreements/agreement.html",
        {
            "agreement": found,
            "suspensions": stopping(stands.terms, stands.suspensions),
            "state": state_of(found, request.place.clock.now()),
            "may_amend": own
            and followed is None
            and (produces or request.sight.may(SIGN, found.performer)),
            "signatures": found.envelope.get("signatures", []),
            "may_withdraw": request.sight.may(WITHDRAW, found.performer),
            "own": request.sight.performer == found.performer,
            "conversation": visible(Offer, request.sight).filter(agreement=found).first(),
            "superseded_by": followed,
            "asked": sorted(asked(stands.terms)),
            "withdrawals": Withdrawal.objects.filter(
                performer=found.performer, at__gte=found.signed_at
            ).order_by("at"),
        },
    )


def receipt(request: Request, digest: str) -> HttpResponse:
    """Send an agreement's receipt: what was signed, and the proof that it is in the log."""
    found = _seen(request, digest)
    return _attached(receipt_of(request.place, found), f"agreement-{digest[:12]}.json")


def consent(request: Request, digest: str) -> HttpResponse:
    """Send the receipt of a performer's consent (ISO/IEC TS 27560), as it stands now."""
    found = _seen(request, digest)
    made = consent_receipt(request.place, found, home(request))
    return _attached(made, f"consent-{digest[:12]}.json", "application/ld+json")


def as_odrl(request: Request, digest: str) -> HttpResponse:
    """Send an agreement as ODRL, for machines that know no more of us than that."""
    made = odrl(_seen(request, digest))
    return _attached(made, f"agreement-{digest[:12]}.jsonld", "application/ld+json")


@login_not_required
@require_safe
def profile(request: Request) -> HttpResponse:
    """Say what our profile of ODRL is for, and where it lies."""
    return render(request, "agreements/odrl.html", {"name": PROFILE})


@login_not_required
@require_safe
def published(request: Request, name: str) -> HttpResponse:
    """Send the profile or its SHACL shapes (Turtle)."""
    if name not in ("profile", "shapes"):
        raise Http404
    text = (files("yesand.agreements.odrl") / f"{name}.ttl").read_bytes()
    return HttpResponse(text, "text/turtle; charset=utf-8")


def _seen(request: Request, digest: str) -> Agreement:
    rows = visible(Agreement, request.sight).select_related("performer", "producer", "entry")
    return get_object_or_404(rows, digest=digest)


def _attached(told: Any, name: str, kind: str = "application/json") -> HttpResponse:
    text = json.dumps(told, indent=2, ensure_ascii=False)
    headers = {"Content-Disposition": f'attachment; filename="{name}"'}
    return HttpResponse(text, kind, headers=headers)
