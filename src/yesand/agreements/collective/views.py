"""Pages of collective agreements, and of the unions that one belongs to."""

from __future__ import annotations

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext
from django.views.decorators.http import require_http_methods

from yesand.agreements.collective import services
from yesand.agreements.collective.accord import Accord
from yesand.agreements.collective.forms import AccordForm
from yesand.agreements.collective.membership.services import belongs, say
from yesand.agreements.collective.said import Said
from yesand.agreements.models import Collective
from yesand.agreements.negotiating.views import reader
from yesand.kernel.errors import Refused
from yesand.people.models import Organisation, Seat, User
from yesand.people.sight import Request, visible
from yesand.people.views import listed, reauthenticated


def collectives(request: Request) -> HttpResponse:
    """List collective agreements, the newest first."""
    rows = visible(Collective, request.sight).select_related("union", "countersignature")
    may = bool(unions_of(request))
    return listed(request, "agreements/collectives.html", rows, may_propose=may)


def unions_of(request: Request) -> list[Organisation]:
    """Return the unions with which, or for which, a person may propose one."""
    rows = Organisation.objects.filter(kind=Organisation.Kind.UNION).order_by("name")
    if Seat.Role.PRODUCER not in request.sight.roles:
        rows = rows.filter(pk__in=request.sight.unions)
    return list(rows)


@require_http_methods(["GET", "HEAD", "POST"])
def collective(request: Request, digest: str) -> HttpResponseBase:
    """Show one, with its floor in plain words; sign it if it waits for one's signature."""
    rows = visible(Collective, request.sight).select_related("union", "producer", "entry")
    found = get_object_or_404(rows, digest=digest)
    if request.method == "POST":
        return _sign(request, found)
    return _shown(request, found)


def _shown(request: Request, found: Collective, fault: str = "", status: int = 200) -> HttpResponse:
    user = request.user
    context = {
        "collective": found,
        "said": Said.of(found, Accord.parse(found.words), reader()),
        "standing": services.standing(found),
        "followed": services.followed(found),
        "may_sign": isinstance(user, User) and services.may_sign(found, user),
        "fault": fault,
    }
    return render(request, "agreements/collective.html", context, status=status)


@reauthenticated
def _sign(request: Request, found: Collective) -> HttpResponse:
    assert isinstance(request.user, User)
    if not services.standing(found) and not services.may_sign(found, request.user):
        raise Http404
    if "read" not in request.POST:
        return _shown(request, found, gettext("Say first that you have read it."), 422)
    try:
        services.countersign(request.place, found, request.user)
    except Refused as fault:
        return _shown(request, found, str(fault), 409)
    messages.success(request, gettext("Signed by both sides, and in the log."))
    return redirect("collective", found.digest)


@require_http_methods(["GET", "HEAD", "POST"])
def new_collective(request: Request) -> HttpResponseBase:
    """Propose a collective agreement."""
    if not (Seat.Role.PRODUCER in request.sight.roles or request.sight.unions):
        raise Http404
    if request.method == "POST":
        return _propose(request)
    return render(request, "agreements/collective_form.html", {"form": _form(request)})


def _form(request: Request) -> AccordForm:
    unions = Organisation.objects.filter(pk__in=[each.pk for each in unions_of(request)])
    return AccordForm(unions, reader(), request.POST if request.method == "POST" else None)


@reauthenticated
def _propose(request: Request) -> HttpResponse:
    assert isinstance(request.user, User)
    form = _form(request)
    if form.is_valid():
        try:
            union = form.cleaned_data["union"]
            made = services.propose(request.place, form.words, request.user, union=union)
        except Refused as fault:
            form.add_error(None, str(fault))
        else:
            messages.success(request, gettext("Proposed and signed. The other side signs now."))
            return redirect("collective", made.digest)
    return render(request, "agreements/collective_form.html", {"form": form}, status=422)


@require_http_methods(["GET", "HEAD", "POST"])
def unions(request: Request) -> HttpResponseBase:
    """Let a performer say which unions they belong to."""
    performer = request.sight.performer
    if performer is None:
        raise Http404
    rows = Organisation.objects.filter(kind=Organisation.Kind.UNION).order_by("name")
    if request.method == "POST":
        return _belong(request, get_object_or_404(rows, slug=request.POST.get("union", "")))
    context = {"unions": rows, "mine": belongs(performer)}
    return render(request, "agreements/unions.html", context)


@reauthenticated
def _belong(request: Request, union: Organisation) -> HttpResponse:
    performer = request.sight.performer
    assert performer is not None
    if say(request.place, performer, union, member="leave" not in request.POST):
        messages.success(request, gettext("Said, signed with your key, and in the log."))
    return redirect("unions")
