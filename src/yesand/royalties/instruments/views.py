"""What is decreed, on pages: tables, certificates and corrections; and a performer's directions."""

from __future__ import annotations

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.utils.translation import gettext, gettext_lazy
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from yesand.agreements.pay_wording import percent
from yesand.kernel.errors import YesAndError
from yesand.people.confirming import reauthenticated
from yesand.people.frame import AUDITOR, PRODUCER
from yesand.people.gates import only
from yesand.people.mailing.services import tell
from yesand.people.models import Performer
from yesand.people.sight import Request, visible
from yesand.people.views import listed
from yesand.royalties.instruments.forms import DirectionForm, InstrumentForm
from yesand.royalties.instruments.models import Instrument, SettledCorrection
from yesand.royalties.instruments.services import from_file, issue, read
from yesand.royalties.instruments.shapes import Correction, Direction
from yesand.royalties.redoing.services import correct

_SUBJECT = gettext_lazy("You directed a part of your pay")
_WORDS = gettext_lazy(
    "From the day that it names, somebody else is paid of what you earn. If that was not you, "
    "direct it back on the page below, change your password, and tell us."
)


@require_safe
@only(PRODUCER, AUDITOR)
def instruments(request: Request) -> HttpResponse:
    """List all that was decreed, the latest first, and which corrections wait."""
    return listed(
        request,
        "royalties/instruments.html",
        visible(Instrument, request.sight).select_related("performer").order_by("-entry_id"),
        carried=set(SettledCorrection.objects.values_list("instrument_id", flat=True)),
        producer=PRODUCER in request.sight.roles,
    )


@require_http_methods(["GET", "HEAD", "POST"])
@only(PRODUCER)
@reauthenticated
def new_instrument(request: Request) -> HttpResponse:
    """Let a producer sign a table, a certificate or a correction."""
    form = InstrumentForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            told = form.told(request.place.clock.now().date())
            made = from_file(told, gettext("the document"), told["kind"])
            if isinstance(made, Correction):
                correct(request.place, made)
            else:
                issue(request.place, made)
        except YesAndError as fault:
            form.add_error(None, fault.sentence())
        else:
            messages.success(request, gettext("Signed, and in the log."))
            return redirect("instruments")
    status = 422 if request.method == "POST" else 200
    return render(request, "royalties/instrument_form.html", {"form": form}, status=status)


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def directions(request: Request) -> HttpResponseBase:
    """Let a performer direct a part of their pay to an agent, or payouts to another payee."""
    if request.sight.performer is None:
        raise Http404
    return _directing(request, request.sight.performer)


@reauthenticated
def _directing(request: Request, performer: Performer) -> HttpResponse:
    form = DirectionForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        if form.cleaned_data["effective"] < request.place.clock.now().date():
            form.add_error("effective", gettext("It begins today or later."))
        else:
            try:
                row = issue(request.place, from_file(form.told(performer), "", "direction"))
            except YesAndError as fault:
                form.add_error(None, fault.sentence())
            else:
                if performer.user is not None:
                    tell(performer.user, f"direction.{row.pk}", _SUBJECT, _WORDS, {}, "directions")
                messages.success(request, gettext("Signed with your key, and in the log."))
                return redirect("directions")
    context = {"form": form, "rows": _directed(performer), "performer": performer}
    status = 422 if request.method == "POST" else 200
    return render(request, "royalties/directions.html", context, status=status)


def _directed(performer: Performer) -> list[tuple[Instrument, Direction, str]]:
    rows = Instrument.objects.filter(kind="direction", performer=performer)
    found = ((row, read(row)) for row in rows.order_by("-effective", "-entry_id"))
    return [
        (row, told, percent(told.ppm) if told.ppm else "")
        for row, told in found
        if isinstance(told, Direction)
    ]
