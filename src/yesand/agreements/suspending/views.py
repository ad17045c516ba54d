"""Pages on which a union calls a strike or the producer a hold, and on which all see them."""

from __future__ import annotations

from django.contrib import messages
from django.db.models import Q, QuerySet
from django.http import Http404, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext
from django.views.decorators.http import require_http_methods

from yesand.agreements.models import Suspension
from yesand.agreements.suspending import services
from yesand.agreements.suspending.forms import SuspensionForm
from yesand.agreements.suspending.suspension import Reach
from yesand.kernel.errors import BadInput, Refused
from yesand.people.models import Organisation, Seat, User
from yesand.people.seats import PRODUCER
from yesand.people.sight import Request, visible
from yesand.people.views import listed, reauthenticated


def callers(request: Request) -> QuerySet[Organisation]:
    """Return in whose name a person may suspend: their unions', the producer's."""
    mine = Q(pk__in=request.sight.unions)
    if Seat.Role.PRODUCER in request.sight.roles:
        mine |= Q(slug=PRODUCER)
    return Organisation.objects.filter(mine).order_by("name")


def suspensions(request: Request) -> HttpResponse:
    """List what is suspended and what was, the newest first."""
    rows = visible(Suspension, request.sight).select_related("by", "lifting")
    may = callers(request).exists()
    return listed(request, "agreements/suspensions.html", rows, may_suspend=may)


@require_http_methods(["GET", "HEAD", "POST"])
def suspension(request: Request, digest: str) -> HttpResponseBase:
    """Show one; who called it lifts it here."""
    rows = visible(Suspension, request.sight).select_related("by", "lifting", "entry")
    found = get_object_or_404(rows, digest=digest)
    mine = callers(request).filter(pk=found.by_id).exists()
    if request.method == "POST":
        if not mine:
            raise Http404
        return _lift(request, found)
    context = {"suspension": found, "reach": Reach.parse(found.reach), "mine": mine}
    return render(request, "agreements/suspension.html", context)


@reauthenticated
def _lift(request: Request, found: Suspension) -> HttpResponse:
    assert isinstance(request.user, User)
    if services.lift(request.place, found, request.user, request.POST.get("reason", "")):
        messages.success(request, gettext("Lifted: the very next decision may permit again."))
    return redirect("suspension", found.digest)


@require_http_methods(["GET", "HEAD", "POST"])
def new_suspension(request: Request) -> HttpResponseBase:
    """Let a union or the producer suspend a class of agreements."""
    mine = callers(request)
    if not mine.exists():
        raise Http404
    if request.method == "POST":
        return _suspend(request, SuspensionForm(mine, request.POST))
    return render(request, "agreements/suspension_form.html", {"form": SuspensionForm(mine)})


@reauthenticated
def _suspend(request: Request, form: SuspensionForm) -> HttpResponse:
    assert isinstance(request.user, User)
    if form.is_valid():
        told = form.cleaned_data
        try:
            made, new = services.suspend(
                request.place, told["caller"], form.reach(), told["reason"], request.user
            )
        except (BadInput, Refused) as fault:
            form.add_error(None, str(fault))
        else:
            said = gettext("Suspended: the very next decision obeys.")
            messages.success(request, said if new else gettext("That is suspended already."))
            return redirect("suspension", made.digest)
    return render(request, "agreements/suspension_form.html", {"form": form}, status=422)
