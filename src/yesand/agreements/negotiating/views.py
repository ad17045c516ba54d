"""Pages on which one counters an offer, amends an agreement, and sees what has changed."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import get_language, gettext
from django.views.decorators.http import require_http_methods, require_safe

from yesand.agreements.comparing.clauses import Worded
from yesand.agreements.comparing.difference import compare
from yesand.agreements.comparing.values import Voice
from yesand.agreements.models import Agreement, Offer
from yesand.agreements.negotiating import services as negotiating
from yesand.agreements.negotiating.conversation import Beside
from yesand.agreements.negotiating.forms import CounterForm
from yesand.agreements.negotiating.steps.services import last
from yesand.agreements.offering.speaking.services import may_sign, on_table
from yesand.agreements.terms import Terms
from yesand.kernel.errors import BadInput, Refused
from yesand.people.acting import SIGN
from yesand.people.models import Seat, User
from yesand.people.sight import Request, visible
from yesand.people.views import reauthenticated


def reader() -> Voice:
    """Return the words of who reads the page."""
    return Voice(gettext, get_language() or "en")


@require_http_methods(["GET", "HEAD", "POST"])
def counter(request: Request, number: int) -> HttpResponseBase:
    """Answer an offer with other terms, signed for one's side."""
    rows = visible(Offer, request.sight).select_related("performer")
    found = get_object_or_404(rows, pk=number)
    word = last(found)
    if word is None or not found.open or not may_sign(request.sight, found):
        raise Http404
    terms = on_table(found, word).terms
    about = {"offer": found, "word": word}
    if request.method != "POST":
        return _filling_in(request, CounterForm(terms, reader()), about)

    def answered(form: CounterForm, user: User) -> Offer:
        told = {"answers": request.POST.get("answers", ""), "note": form.cleaned_data["note"]}
        negotiating.counter(request.place, found, form.changed, user, **told)
        return found

    return _sent(request, CounterForm(terms, reader(), request.POST), about, answered)


@require_http_methods(["GET", "HEAD", "POST"])
def amend(request: Request, digest: str) -> HttpResponseBase:
    """Offer other terms in the place of an agreement that stands."""
    rows = visible(Agreement, request.sight).select_related("performer")
    found = get_object_or_404(rows, digest=digest, kind=Agreement.Kind.INDIVIDUAL)
    produces = Seat.Role.PRODUCER in request.sight.roles
    followed = Agreement.objects.filter(supersedes=found).exists()
    if followed or not (produces or request.sight.may(SIGN, found.performer)):
        raise Http404
    terms, about = Terms.parse(found.terms), {"agreement": found}
    if request.method != "POST":
        return _filling_in(request, CounterForm(terms, reader()), about)

    def offered(form: CounterForm, user: User) -> Offer:
        note = form.cleaned_data["note"]
        return negotiating.amend(request.place, found, form.changed, user, note=note)

    return _sent(request, CounterForm(terms, reader(), request.POST), about, offered)


Act = Callable[[CounterForm, User], Offer]


@reauthenticated
def _sent(request: Request, form: CounterForm, about: dict[str, Any], act: Act) -> HttpResponse:
    assert isinstance(request.user, User)
    if form.is_valid():
        try:
            row = act(form, request.user)
        except (BadInput, Refused) as fault:
            form.refused(fault)
        else:
            messages.success(request, gettext("Said and signed. The other side answers now."))
            return redirect("offer", row.pk)
    return _filling_in(request, form, about, 422)


def _filling_in(
    request: Request, form: CounterForm, about: dict[str, Any], status: int = 200
) -> HttpResponse:
    context = {"form": form, **about}
    return render(request, "agreements/counter.html", context, status=status)


@require_safe
def changes(request: Request, digest: str) -> HttpResponse:
    """Show what an agreement changed in the one before it, clause by clause."""
    rows = visible(Agreement, request.sight).select_related("performer", "supersedes")
    found = get_object_or_404(rows, digest=digest, supersedes__isnull=False)
    before = found.supersedes
    assert before is not None
    pair = (Worded(each.terms, each.text) for each in (before, found))
    context = {
        "agreement": found,
        "before": before,
        "beside": Beside.of(compare(*pair), reader()),
    }
    return render(request, "agreements/changes.html", context)
