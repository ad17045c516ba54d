"""Usage, statements and payouts: what is owed, line by line, and why."""

from __future__ import annotations

from django.db.models import F, Q, Sum
from django.db.models.functions import Coalesce
from django.http import HttpResponse, JsonResponse
from django.shortcuts import get_object_or_404, render

from yesand.kernel.canonical import parse
from yesand.people.sight import Request, visible
from yesand.people.views import listed
from yesand.provenance.dsse import payload_of
from yesand.royalties import document as documents
from yesand.royalties.documents.wording import Issuer, words
from yesand.royalties.models import Account, Statement, UsageBatch
from yesand.royalties.proving.services import bundle_for
from yesand.royalties.statement import parse_statement
from yesand.training.models import TrainedModel


def usage(request: Request) -> HttpResponse:
    """List the deliveries of usage events, the newest first."""
    rows = visible(UsageBatch, request.sight)
    sums = rows.aggregate(a=Sum("accepted"), r=Sum("repeated"), q=Sum("quarantined"))
    return listed(request, "royalties/usage.html", rows.order_by("-sequence"), sums=sums)


def statements(request: Request) -> HttpResponse:
    """List statements, the latest period first."""
    rows = visible(Statement, request.sight).select_related("performer", "settlement")
    period = request.GET.get("period", "").strip()
    handle = request.GET.get("performer", "").strip()
    if period:
        rows = rows.filter(settlement__period=period)
    if handle:
        rows = rows.filter(performer__handle__icontains=handle)
    periods = visible(Statement, request.sight).values_list("settlement__period", flat=True)
    return listed(
        request,
        "royalties/statements.html",
        rows.order_by("-settlement__period", "performer__handle", "currency"),
        period=period,
        performer=handle,
        periods=sorted(set(periods), reverse=True),
    )


def statement(request: Request, digest: str) -> HttpResponse:
    """Show one statement as it was signed, in the words of its documents, with links."""
    found = _seen(request, digest)
    payload = parse_statement(parse(payload_of(found.envelope))["predicate"])
    issuer = Issuer(request.place.name, request.place.origin, digest, _names(found))
    return render(
        request,
        "royalties/statement.html",
        {"statement": found, "payload": payload, "told": words(payload, issuer)},
    )


def pdf(request: Request, digest: str) -> HttpResponse:
    """Send one statement as a tagged PDF."""
    found, place = _seen(request, digest), request.place
    made = documents.pdf(found.envelope, place.name, place.origin, _names(found))
    return HttpResponse(made, "application/pdf", headers=_attached(f"{_name(found)}.pdf"))


def document(request: Request, digest: str) -> HttpResponse:
    """Send one statement's signed envelope (DSSE)."""
    found = _seen(request, digest)
    return JsonResponse(found.envelope, headers=_attached(f"{_name(found)}.json"))


def evidence(request: Request, digest: str) -> HttpResponse:
    """Send the bundle that bears one statement out, to be checked offline (``yesand verify``)."""
    found = _seen(request, digest)
    bundle = bytes(bundle_for(request.place, found))
    return HttpResponse(bundle, "application/zip", headers=_attached(f"{_name(found)}.zip"))


def payouts(request: Request) -> HttpResponse:
    """List what each performer (and the fund) has earned and been paid, by the ledger."""
    accounts = visible(Account, request.sight).filter(postings__isnull=False)
    owed = accounts.filter(organisation=None).values("name", "postings__currency")
    owing = accounts.exclude(organisation=None).values("name", "postings__currency")
    return listed(
        request,
        "royalties/payouts.html",
        # Credit is what the house owes, debit what it has paid (``ledger``).
        owed.annotate(earned=-_sum(micro__lt=0), paid=_sum(micro__gt=0))
        .annotate(left=F("earned") - F("paid"))
        .order_by("name", "postings__currency"),
        owing=owing.annotate(billed=_sum(micro__gt=0), received=-_sum(micro__lt=0))
        .annotate(left=F("billed") - F("received"))
        .order_by("name", "postings__currency"),
    )


def _sum(**which: int) -> Coalesce:
    """Return the sum of an account's postings that are so."""
    those = Q(**{f"postings__{name}": value for name, value in which.items()})
    return Coalesce(Sum("postings__micro", filter=those), 0)


def _seen(request: Request, digest: str) -> Statement:
    rows = visible(Statement, request.sight).select_related("performer", "settlement", "entry")
    return get_object_or_404(rows, digest=digest)


def _names(found: Statement) -> dict[str, str]:
    """Return the names of the models that the performer is in, as documents call them."""
    models = TrainedModel.objects.filter(manifest__performers__performer=found.performer)
    return dict(models.values_list("digest", "name"))


def _attached(name: str) -> dict[str, str]:
    return {"Content-Disposition": f'attachment; filename="{name}"'}


def _name(found: Statement) -> str:
    return f"statement-{found.performer.handle}-{found.settlement.period}-{found.currency}"
