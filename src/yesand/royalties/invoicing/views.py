"""Invoices, what is open by age, and how one is named on them."""

from __future__ import annotations

from django.contrib import messages
from django.http import Http404, HttpResponse, JsonResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import get_language, gettext
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from yesand.kernel.clock import Period
from yesand.kernel.errors import BadInput, YesAndError
from yesand.people.confirming import reauthenticated
from yesand.people.frame import AUDITOR, PRODUCER
from yesand.people.gates import only
from yesand.people.models import Organisation, User
from yesand.people.sight import Request, visible
from yesand.people.views import listed
from yesand.royalties.invoicing import documents, services
from yesand.royalties.invoicing.aging import BUCKETS, as_csv
from yesand.royalties.invoicing.billing import services as billing
from yesand.royalties.invoicing.receiving.services import assign
from yesand.royalties.invoicing.reminding.services import receivables as open_by_age
from yesand.royalties.invoicing.wording import words
from yesand.royalties.models import BankMovement, Invoice, Settlement, TaxRate
from yesand.royalties.paying.phases import micro_of


@require_safe
def invoices(request: Request) -> HttpResponse:
    """List invoices, the newest first."""
    sight = request.sight
    if not (sight.everything or sight.licensees):
        raise Http404
    rows = visible(Invoice, sight).select_related("licensee", "settlement")
    billed = Settlement.objects.filter(trial=False, invoices=None).order_by("period")
    response = listed(
        request,
        "royalties/invoices.html",
        rows.prefetch_related("reminders").order_by("-year", "-number"),
        unbilled=[row.period for row in billed] if PRODUCER in sight.roles else [],
        today=request.place.clock.now().date(),
        everything=sight.everything,
    )
    return response


@require_safe
def invoice(request: Request, digest: str) -> HttpResponse:
    """Show one invoice as it was signed, and what has come in for it."""
    found = _seen(request, digest)
    bill = services.bill_of(found)
    context = {
        "invoice": found,
        "bill": bill,
        "told": words(bill, found.digest, request.place.origin, get_language()),
        "standing": found.standing(request.place.clock.now().date()),
        "receipts": found.receipts.select_related("movement").order_by("pk"),
        "reminders": found.reminders.order_by("pk"),
    }
    return render(request, "royalties/invoice.html", context)


@require_safe
def invoice_pdf(request: Request, digest: str) -> HttpResponse:
    """Send one invoice as a tagged PDF, in the reader's language."""
    found = _seen(request, digest)
    place, bill = request.place, services.bill_of(found)
    made = documents.pdf(place.cache, bill, found.digest, place.origin, get_language())
    return HttpResponse(made, "application/pdf", headers=_attached(f"{found}.pdf"))


@require_safe
def invoice_document(request: Request, digest: str) -> HttpResponse:
    """Send one invoice's signed envelope (DSSE)."""
    found = _seen(request, digest)
    return JsonResponse(found.envelope, headers=_attached(f"{found}.json"))


@require_POST
@only(PRODUCER)
@reauthenticated
def invoices_issue(request: Request) -> HttpResponse:
    """Issue the invoices of a settled month."""
    try:
        made = services.issue(request.place, Period.parse(request.POST.get("period", "")))
    except YesAndError as fault:
        messages.error(request, f"{fault.what}. {fault.remedy}".strip())
    else:
        messages.success(request, gettext("Issued: %(n)d.") % {"n": len(made)})
    return redirect("invoices")


@require_safe
@only(PRODUCER, AUDITOR)
def receivables(request: Request) -> HttpResponse:
    """Show what licensees owe, by how long it has been due."""
    rows = open_by_age(request.place.clock.now().date())
    told = [(row, [micro_of(row.currency, n) for n in (*row.buckets, row.total)]) for row in rows]
    context = {"rows": told, "buckets": BUCKETS}
    return render(request, "royalties/receivables.html", context)


@require_safe
@only(PRODUCER, AUDITOR)
def receivables_table(request: Request) -> HttpResponse:
    """Send the same as a table (CSV), in minor units."""
    text = as_csv(open_by_age(request.place.clock.now().date()))
    return HttpResponse(text, "text/csv; charset=utf-8", headers=_attached("receivables.csv"))


@require_http_methods(["GET", "HEAD", "POST"])
def billing_details(request: Request, slug: str) -> HttpResponseBase:
    """Say how an organisation is named on invoices: its own people, or the producer.

    ``house`` is the house itself.
    """
    whose = _whose(request, slug)
    if request.method == "POST":
        return _kept(request, slug, whose)
    context = {
        "slug": slug,
        "whose": whose,
        "billing": billing.current(whose),
        "rates": TaxRate.objects.order_by("country", "-since") if whose is None else [],
        "terms": billing.TERMS,
    }
    return render(request, "royalties/billing.html", context)


@require_POST
@only(PRODUCER)
@reauthenticated
def receipt_assign(request: Request, number: int) -> HttpResponse:
    """Say which invoice money that fitted nothing is for."""
    assert isinstance(request.user, User)
    row = get_object_or_404(BankMovement.objects.filter(out=False), pk=number)
    try:
        found = services.invoice_named(request.POST.get("invoice", ""))
        assign(request.place, row, found, request.user)
    except YesAndError as fault:
        messages.error(request, f"{fault.what}. {fault.remedy}".strip())
    else:
        messages.success(request, gettext("Booked for %(invoice)s.") % {"invoice": found})
    return redirect("payout_bank")


def _whose(request: Request, slug: str) -> Organisation | None:
    producer = PRODUCER in request.sight.roles
    if slug == "house" and producer:
        return None
    rows = Organisation.objects.filter(kind=Organisation.Kind.LICENSEE)
    if not producer:
        rows = rows.filter(pk__in=request.sight.licensees)
    return get_object_or_404(rows, slug=slug)


@reauthenticated
def _kept(request: Request, slug: str, whose: Organisation | None) -> HttpResponse:
    assert isinstance(request.user, User)
    told, producer = request.POST, PRODUCER in request.sight.roles
    known = billing.current(whose)
    terms = known.terms if known else billing.TERMS
    fields = {name: told.get(name, "") for name in ("name", "address", "country", "vat_id")}
    try:
        if producer and told.get("terms"):
            terms = _days(told["terms"])
        billing.keep(request.place, whose, request.user, terms=terms, **fields)
    except YesAndError as fault:
        messages.error(request, f"{fault.what}. {fault.remedy}".strip())
    else:
        messages.success(request, gettext("Kept. The next invoice bears it."))
    return redirect("billing_details", slug)


def _days(told: str) -> int:
    if not told.strip().isdecimal():
        raise BadInput("Terms are from 0 to 365 days", where=told[:20])
    return int(told)


def _seen(request: Request, digest: str) -> Invoice:
    rows = visible(Invoice, request.sight).select_related("licensee", "settlement")
    return get_object_or_404(rows, digest=digest)


def _attached(name: str) -> dict[str, str]:
    return {"Content-Disposition": f'attachment; filename="{name}"'}
