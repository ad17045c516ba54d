"""An offer's pages: the producer makes it; the performer reads, and signs or declines."""

from __future__ import annotations

from datetime import UTC

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext
from django.views.decorators.http import require_http_methods, require_POST

from yesand.agreements.collective.said import Said
from yesand.agreements.collective.services import floors
from yesand.agreements.comparing.clauses import Worded
from yesand.agreements.models import Agreement, Offer
from yesand.agreements.negotiating.conversation import words
from yesand.agreements.negotiating.steps.services import last
from yesand.agreements.negotiating.views import reader
from yesand.agreements.offering import services as offering
from yesand.agreements.offering.forms import OfferForm
from yesand.agreements.offering.services import overdue
from yesand.agreements.offering.speaking.services import may_sign, may_speak, on_table
from yesand.agreements.reading import readable
from yesand.kernel.errors import Refused
from yesand.people.models import Seat, User
from yesand.people.sight import Request, visible
from yesand.people.views import reauthenticated


@require_http_methods(["GET", "HEAD", "POST"])
def new_offer(request: Request) -> HttpResponseBase:
    """Let a producer offer an agreement."""
    if Seat.Role.PRODUCER not in request.sight.roles:
        raise Http404
    if request.method == "POST":
        return _make(request)
    told = {name: request.GET.get(name, "") for name in ("performer", "template")}
    return render(request, "agreements/offer_form.html", {"form": OfferForm(initial=told)})


@reauthenticated
def _make(request: Request) -> HttpResponse:
    assert isinstance(request.user, User)
    form = OfferForm(request.POST)
    if form.is_valid():
        told = form.cleaned_data
        rest = {"stands_by": told["stands_by"], "minor": told["minor"]}
        try:
            made = offering.offer(
                request.place, told["performer"], told["template"], request.user, **rest
            )
        except Refused as fault:
            form.add_error(None, str(fault))
        else:
            messages.success(request, gettext("Offered. It waits for a signature now."))
            return redirect("offer", made.pk)
    return render(request, "agreements/offer_form.html", {"form": form}, status=422)


@require_http_methods(["GET", "HEAD", "POST"])
def offer(request: Request, number: int) -> HttpResponseBase:
    """Show what is offered, the summary first; sign it when whoever may do so says so."""
    rows = visible(Offer, request.sight).select_related("performer", "agreement", "supersedes")
    found = get_object_or_404(rows, pk=number)
    if request.method != "POST":
        return _shown(request, found)
    # Signed in another tab: who may speak is led to what was signed, and nothing is done twice.
    if not _party(request, found) or (found.open and not may_sign(request.sight, found)):
        raise Http404
    return _sign(request, found)


def _shown(request: Request, found: Offer, fault: str = "", status: int = 200) -> HttpResponse:
    word = last(found)
    lies, voice = on_table(found, word), reader()
    of_old = found.supersedes
    before = Worded(of_old.terms, of_old.text) if of_old is not None else None
    day = request.place.clock.now().astimezone(UTC).date()
    context = {
        "offer": found,
        "lies": lies,
        "word": word,
        "words": list(words(list(found.steps.order_by("number")), voice, before)),
        "floors": [Said.of(*each, voice) for each in floors(found.performer, lies.terms, day)],
        "sections": readable(lies.terms),
        "may_sign": found.open and may_sign(request.sight, found),
        "late": overdue(request.place, word),
        "party": _party(request, found),
        "guardian": lies.terms.represented_by == offering.GUARDIAN,
        "own": request.sight.performer == found.performer,
        "producer": Seat.Role.PRODUCER in request.sight.roles,
        "fault": fault,
    }
    return render(request, "agreements/offer.html", context, status=status)


@reauthenticated
def _sign(request: Request, found: Offer) -> HttpResponse:
    assert isinstance(request.user, User)
    if "read" not in request.POST:
        fault = gettext("Say first that you have read it.")
        return _shown(request, found, fault, 422)
    try:
        answers = request.POST.get("answers")
        made, new = offering.signed(request.place, found, request.user, answers)
    except Refused as fault:
        found.refresh_from_db()
        return _shown(request, found, str(fault), 409)
    said = (
        gettext("Signed by both sides, and in the log.")
        if new
        else gettext("It is signed already; nothing was done twice.")
    )
    messages.success(request, said)
    if visible(Agreement, request.sight).filter(pk=made.pk).exists():
        return redirect("agreement", made.digest)
    return redirect("offer", found.pk)


@require_POST
def end_offer(request: Request, number: int) -> HttpResponseBase:
    """Decline an offer, or as the producer take it back."""
    found = get_object_or_404(visible(Offer, request.sight), pk=number)
    if not _party(request, found):
        raise Http404
    return _end(request, found)


@reauthenticated
def _end(request: Request, found: Offer) -> HttpResponse:
    assert isinstance(request.user, User)
    if offering.end(request.place, found, request.user):
        found.refresh_from_db()
        said = gettext("Declined.") if found.declined else gettext("Taken back.")
        messages.success(request, said)
    return redirect("offer", found.pk)


def _party(request: Request, found: Offer) -> str:
    return may_speak(request.sight, found, on_table(found, last(found)).terms)
