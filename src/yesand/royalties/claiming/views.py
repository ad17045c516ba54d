"""Usage in escrow: what waits and why, claims to it, and what the producer decides."""

from __future__ import annotations

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.utils.translation import gettext
from django.views.decorators.http import require_http_methods, require_POST

from yesand.kernel.errors import YesAndError
from yesand.people.frame import PRODUCER
from yesand.people.gates import only
from yesand.people.models import Organisation, User
from yesand.people.sight import Request, visible
from yesand.people.views import listed
from yesand.royalties.claiming import services
from yesand.royalties.models import UsageClaim


@require_http_methods(["GET", "HEAD", "POST"])
def claims(request: Request) -> HttpResponse:
    """Show the usage that waits; let a licensee or a performer say that some of it is theirs."""
    sight = request.sight
    own = Organisation.objects.filter(pk__in=sight.licensees).order_by("slug")
    may = own.exists() or sight.performer is not None
    if not (may or sight.everything):
        raise Http404
    if request.method == "POST":
        if not may:
            raise Http404
        return _claimed(request)
    rows = visible(UsageClaim, sight).select_related("by", "licensee", "performer", "decision__by")
    return listed(
        request,
        "royalties/claims.html",
        rows.order_by("-at", "digest"),
        waiting=services.seen(request.place, sight),
        own=own,
        may=may,
        producer=PRODUCER in sight.roles,
    )


@require_POST
@only(PRODUCER)
def claim_decide(request: Request, digest: str) -> HttpResponse:
    """Accept a claim or reject it, and say why."""
    assert isinstance(request.user, User)
    row = get_object_or_404(UsageClaim, digest=digest)
    accepted = request.POST.get("decision") == "accept"
    try:
        services.decide(request.place, row, accepted, request.POST.get("words", ""), request.user)
    except YesAndError as fault:
        messages.error(request, f"{fault.what}. {fault.remedy}".strip())
    else:
        messages.success(request, gettext("Decided; whoever claimed it is told."))
    return redirect("claims")


def _claimed(request: Request) -> HttpResponse:
    assert isinstance(request.user, User)
    told, sight = request.POST, request.sight
    licensee = Organisation.objects.filter(
        pk__in=sight.licensees, slug=told.get("licensee", "")
    ).first()
    deployment, _, period = told.get("usage", "").rpartition(" ")
    performer = None if licensee else sight.performer
    given = deployment, period, told.get("evidence", "")
    try:
        services.claim(request.place, *given, request.user, licensee, performer)
    except YesAndError as fault:
        messages.error(request, f"{fault.what}. {fault.remedy}".strip())
    else:
        messages.success(request, gettext("Claimed. The producer looks at it and answers."))
    return redirect("claims")
