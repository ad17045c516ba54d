"""Lines that went to the wrong performer: proposed by one producer, approved by another."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, redirect
from django.utils.translation import gettext
from django.views.decorators.http import require_http_methods, require_POST

from yesand.kernel.errors import BadInput, NotFound, YesAndError
from yesand.kernel.money import Money
from yesand.people.confirming import reauthenticated
from yesand.people.frame import AUDITOR, PRODUCER
from yesand.people.gates import only
from yesand.people.models import User
from yesand.people.services import performer
from yesand.people.sight import Request
from yesand.people.views import listed
from yesand.royalties.models import Reassignment, Statement
from yesand.royalties.reassigning import services


@require_http_methods(["GET", "HEAD", "POST"])
@only(PRODUCER, AUDITOR)
def payees(request: Request) -> HttpResponseBase:
    """List what was proposed and decided; let a producer propose."""
    producer = PRODUCER in request.sight.roles
    if request.method == "POST" and producer:
        return _proposed(request)
    rows = Reassignment.objects.select_related(
        "statement__settlement", "wrong", "right", "prepared_by", "decision__by"
    )
    rows = rows.order_by("-at", "digest")
    return listed(request, "royalties/payees.html", rows, producer=producer)


@require_POST
@only(PRODUCER)
@reauthenticated
def payee_decide(request: Request, digest: str) -> HttpResponse:
    """Approve what another producer proposed, or turn it down."""
    assert isinstance(request.user, User)
    row = get_object_or_404(Reassignment, digest=digest)
    approved = request.POST.get("decision") == "approve"
    try:
        services.decide(request.place, row, approved, request.user)
    except YesAndError as fault:
        messages.error(request, f"{fault.what}. {fault.remedy}".strip())
    else:
        done = gettext("Corrected in the books.") if approved else gettext("Turned down.")
        messages.success(request, done)
    return redirect("payees")


@reauthenticated
def _proposed(request: Request) -> HttpResponse:
    assert isinstance(request.user, User)
    try:
        found = _statement(request.POST.get("statement", ""))
        line = _line(request.POST.get("line", ""))
        amount = request.POST.get("amount", "").strip()
        micro = Money.of(found.currency, amount).micro if amount else None
        right = performer(request.POST.get("right", "").strip())
        reason = request.POST.get("reason", "")
        services.propose(request.place, found, line, right, reason, request.user, micro)
    except YesAndError as fault:
        messages.error(request, f"{fault.what}. {fault.remedy}".strip())
    else:
        messages.success(request, gettext("Proposed. Now another producer has to approve it."))
    return redirect("payees")


def _statement(name: str) -> Statement:
    rows = Statement.objects.select_related("performer", "settlement")
    found = list(rows.filter(digest__startswith=name.strip().lower())[:2])
    if not name.strip() or len(found) != 1:
        raise NotFound("No such statement, or more than one", where=name[:64])
    return found[0]


def _line(given: str) -> int:
    if not given.strip().isdecimal() or int(given) < 1:
        raise BadInput("Name the line by its number, from 1 on", where="line")
    return int(given) - 1
