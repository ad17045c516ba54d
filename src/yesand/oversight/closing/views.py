"""Duties with a countdown; and the page of one, where its bearer states that it was done."""

from __future__ import annotations

from django.contrib import messages
from django.db.models import F, QuerySet
from django.http import HttpResponse, HttpResponseRedirect
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils.translation import gettext
from django.views.decorators.http import require_http_methods, require_safe

from yesand.kernel.errors import BadInput, Refused
from yesand.oversight.closing.services import LONGEST, about_model, fulfil
from yesand.oversight.models import Obligation
from yesand.people.models import Organisation, Seat, User
from yesand.people.seats import PRODUCER
from yesand.people.sight import Request, Sight, visible
from yesand.people.views import listed, reauthenticated
from yesand.training.models import TrainedModel

OPEN, OVERDUE, DONE = "open", "overdue", "done"


@require_safe
def obligations(request: Request) -> HttpResponse:
    """List duties, the soonest first: all, or those of one model or in one state."""
    models = visible(TrainedModel, request.sight).order_by("name")
    told = {name: request.GET.get(name, "") for name in ("state", "model")}
    rows = visible(Obligation, request.sight).select_related("bearer", "withdrawal", "fulfilment")
    model = models.filter(name=told["model"]).first() if told["model"] else None
    if model is not None:
        rows = rows.filter(about_model(model))
    rows = _in_state(rows, told["state"], request)
    return listed(
        request,
        "oversight/obligations.html",
        rows.order_by(F("due").asc(nulls_last=True), "pk"),
        told=told,
        states=(OPEN, OVERDUE, DONE),
        models=models.values_list("name", flat=True)[:200],
        bears=bearing(request.sight),
    )


def _in_state(rows: QuerySet[Obligation], state: str, request: Request) -> QuerySet[Obligation]:
    if state == DONE:
        return rows.exclude(fulfilment=None)
    if state == OPEN:
        return rows.filter(fulfilment=None)
    if state == OVERDUE:
        return rows.filter(fulfilment=None, due__lt=request.place.clock.now())
    return rows


def bearing(sight: Sight) -> frozenset[int]:
    """Return the organisations for which a person states that duties were done."""
    producers = Organisation.objects.filter(slug=PRODUCER).values_list("pk", flat=True)
    return sight.licensees | (
        frozenset(producers) if Seat.Role.PRODUCER in sight.roles else frozenset()
    )


@require_http_methods(["GET", "HEAD", "POST"])
def obligation(request: Request, number: int) -> HttpResponseBase:
    """Show one duty: who, what, by when, because of which clause; and let its bearer close it."""
    rows = visible(Obligation, request.sight).select_related("bearer", "withdrawal", "fulfilment")
    found = get_object_or_404(rows, pk=number)
    if request.method == "POST":
        # Only who bears it is asked again who they are; to others there is no such form.
        get_object_or_404(rows.filter(bearer__in=bearing(request.sight)), pk=number)
        return _close(request, found)
    return _shown(request, found)


def _shown(
    request: Request, found: Obligation, fault: str = "", text: str = "", status: int = 200
) -> HttpResponse:
    context = {
        "obligation": found,
        "mine": found.bearer_id in bearing(request.sight),
        "fault": fault,
        "text": text,
        "longest": LONGEST,
    }
    return render(request, "oversight/obligation.html", context, status=status)


@reauthenticated
def _close(request: Request, found: Obligation) -> HttpResponse:
    assert isinstance(request.user, User)
    text = request.POST.get("statement", "").replace("\r\n", "\n")
    try:
        fulfil(request.place, found, found.bearer, text, request.user)
    except (BadInput, Refused) as fault:
        return _shown(request, found, str(fault), text, 422 if isinstance(fault, BadInput) else 409)
    messages.success(request, gettext("Stated, signed with your organisation’s key and logged."))
    return HttpResponseRedirect(reverse("obligation", args=[found.pk]))
