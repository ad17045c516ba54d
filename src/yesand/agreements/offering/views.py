"""An offer's pages: the producer makes it; the performer reads, and signs or declines."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext
from django.views.decorators.http import require_http_methods, require_POST

from yesand.agreements.collective.said import Said
from yesand.agreements.collective.services import floors
from yesand.agreements.comparing.clauses import Worded
from yesand.agreements.comparing.difference import compare
from yesand.agreements.comparing.values import Voice
from yesand.agreements.drafts import Draft
from yesand.agreements.models import Agreement, Offer
from yesand.agreements.negotiating.conversation import Beside, Word, words
from yesand.agreements.negotiating.forms import CounterForm
from yesand.agreements.negotiating.steps.services import last
from yesand.agreements.negotiating.views import reader
from yesand.agreements.offering import services as offering
from yesand.agreements.offering.forms import OfferForm
from yesand.agreements.offering.services import overdue
from yesand.agreements.offering.speaking.services import may_sign, may_speak, on_table
from yesand.agreements.terms import Terms
from yesand.kernel.errors import BadInput, Refused
from yesand.people.models import Seat, User
from yesand.people.sight import Request, visible
from yesand.people.views import reauthenticated


@require_http_methods(["GET", "HEAD", "POST"])
def new_offer(request: Request) -> HttpResponseBase:
    """Let a producer offer an agreement."""
    if Seat.Role.PRODUCER not in request.sight.roles:
        raise Http404
    if request.method == "POST":
        return _to_terms(request) if "terms" in request.POST else _make(request)
    told = {name: request.GET[name] for name in OfferForm.base_fields if name in request.GET}
    return _to_whom(request, OfferForm(initial=told))


def _to_whom(request: Request, form: OfferForm, status: int = 200) -> HttpResponse:
    return render(request, "agreements/offer_form.html", {"form": form}, status=status)


def _to_terms(request: Request) -> HttpResponse:
    form = OfferForm(request.POST)
    if form.is_valid():
        return redirect(f"{reverse('offer_terms')}?{form.query()}")
    return _to_whom(request, form, 422)


@reauthenticated
def _make(request: Request) -> HttpResponse:
    assert isinstance(request.user, User)
    form = OfferForm(request.POST)
    if form.is_valid():
        told = form.cleaned_data
        try:
            made = offering.offer(
                request.place, told["performer"], told["template"], request.user, **form.rest()
            )
        except (BadInput, Refused) as fault:
            form.add_error(None, str(fault))
        else:
            return _offered(request, made)
    return _to_whom(request, form, 422)


def _offered(request: Request, made: Offer) -> HttpResponse:
    messages.success(request, gettext("Offered. It waits for a signature now."))
    return redirect("offer", made.pk)


@require_http_methods(["GET", "HEAD", "POST"])
def offer_terms(request: Request) -> HttpResponseBase:
    """Let a producer set the terms of an offer, term by term, before it is made.

    To whom it goes and which standard it begins from is in the address.
    """
    if Seat.Role.PRODUCER not in request.sight.roles:
        raise Http404
    form = OfferForm(request.GET)
    if form.is_valid():
        try:
            made = offering.drafted(request.place, form.cleaned_data["template"], **form.rest())
        except BadInput as fault:
            form.add_error(None, str(fault))
        else:
            return _set(request, form, made.terms)
    return _to_whom(request, form, 422)


def _set(request: Request, form: OfferForm, terms: Terms) -> HttpResponseBase:
    if request.method != "POST":
        return _setting(request, form, CounterForm(terms, reader()))
    return _offer_so(request, form, CounterForm(terms, reader(), request.POST))


@reauthenticated
def _offer_so(request: Request, form: OfferForm, terms: CounterForm) -> HttpResponse:
    assert isinstance(request.user, User)
    if terms.is_valid():
        told, besides = form.cleaned_data, {"note": terms.cleaned_data["note"], **form.rest()}
        asked = told["performer"], told["template"], request.user
        try:
            made = offering.offer(request.place, *asked, terms=terms.changed, **besides)
        except (BadInput, Refused) as fault:
            terms.refused(fault)
        else:
            return _offered(request, made)
    return _setting(request, form, terms, 422)


def _setting(
    request: Request, form: OfferForm, terms: CounterForm, status: int = 200
) -> HttpResponse:
    context = {"form": terms, "whom": form.cleaned_data, "back": form.query()}
    return render(request, "agreements/offer_terms.html", context, status=status)


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
    said = list(words(list(found.steps.order_by("number")), voice, before))
    day = request.place.clock.now().astimezone(UTC).date()
    context = {
        "offer": found,
        "lies": lies,
        "word": word,
        "words": said,
        "net": _net(before, lies, said, voice),
        "floors": [Said.of(*each, voice) for each in floors(found.performer, lies.terms, day)],
        "may_sign": found.open and may_sign(request.sight, found),
        "late": overdue(request.place, word),
        "party": _party(request, found),
        "guardian": lies.terms.represented_by == offering.GUARDIAN,
        "own": request.sight.performer == found.performer,
        "producer": Seat.Role.PRODUCER in request.sight.roles,
        "fault": fault,
    }
    return render(request, "agreements/offer.html", context, status=status)


def _net(before: Worded | None, lies: Draft, said: Sequence[Word], voice: Voice) -> Beside | None:
    """Set what lies on the table beside what stands, once one has been countered."""
    if before is None or sum(word.beside is not None for word in said) < 2:
        return None
    return Beside.of(compare(before, Worded(lies.terms.as_json(), lies.text)), voice)


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
