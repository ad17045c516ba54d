"""Usage, statements and payouts: what is owed, line by line, and why."""

from __future__ import annotations

from django.db.models import F, Q, Sum
from django.db.models.functions import Coalesce
from django.http import FileResponse, Http404, HttpResponse, HttpResponseRedirect, JsonResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils.translation import get_language, gettext
from django.views.decorators.http import require_http_methods, require_safe

from yesand.kernel.canonical import parse
from yesand.kernel.errors import YesAndError
from yesand.people.acting import MONEY, SIGN
from yesand.people.models import Organisation, Performer, User
from yesand.people.shapes import own_licensee
from yesand.people.sight import Request, visible
from yesand.people.views import listed
from yesand.provenance.dsse import payload_of
from yesand.reliance.histories.services import history
from yesand.royalties import document as documents
from yesand.royalties.delivering.services import deliver, waiting_usage
from yesand.royalties.delivering.upload import MOST, staged
from yesand.royalties.documents.wording import Issuer, words
from yesand.royalties.earned.services import by_model, kept
from yesand.royalties.invoicing.reminding.services import late_for
from yesand.royalties.issuing import services as issuing
from yesand.royalties.issuing.services import file_name
from yesand.royalties.lines import ON_TOP
from yesand.royalties.models import Account, Delivery, Dispute, Statement, UsageBatch
from yesand.royalties.paying.banking.services import current, payee_of
from yesand.royalties.paying.payees.services import sent_to
from yesand.royalties.paying.phases import BANK, CLEARING, PREFIX
from yesand.royalties.proving.services import bundle_for
from yesand.royalties.statement import Statement as Payload
from yesand.royalties.statement import parse_statement
from yesand.training.models import TrainedModel

#: Postings that are a payout's.
PAID = Q(postings__transaction__id__startswith=PREFIX)


@require_http_methods(["GET", "HEAD", "POST"])
def usage(request: Request) -> HttpResponse:
    """List deliveries of usage; let a licensee deliver a file, and see what became of theirs."""
    if request.method == "POST":
        return _delivered(request)
    if request.sight.licensees and not request.sight.everything:
        return _own_usage(request)
    rows = visible(UsageBatch, request.sight)
    sums = rows.aggregate(a=Sum("accepted"), r=Sum("repeated"), q=Sum("quarantined"))
    return listed(request, "royalties/usage.html", rows.order_by("-sequence"), sums=sums)


def _own_usage(request: Request, fault: str = "") -> HttpResponse:
    rows = visible(Delivery, request.sight).select_related("licensee")
    sums = rows.aggregate(a=Sum("accepted"), b=Sum("bad_rows"), q=Sum("quarantined"))
    own = Organisation.objects.filter(pk__in=request.sight.licensees).order_by("slug")
    return listed(
        request,
        "royalties/deliveries.html",
        rows.order_by("-at", "-pk"),
        sums=sums,
        escrow=waiting_usage(request.place, request.sight.licensees),
        own=own,
        fault=fault,
        most=MOST,
    )


def _delivered(request: Request) -> HttpResponse:
    by = own_licensee(request.sight, request.POST.get("licensee", ""))
    given = request.FILES.get("events")
    if given is None or not given.size:
        return _own_usage(request, gettext("Choose a file of events."))
    assert isinstance(request.user, User)
    try:
        with staged(request.place, given.chunks()) as path:
            made = deliver(request.place, by, request.user, path)
    except YesAndError as fault:
        return _own_usage(request, f"{fault.what}. {fault.remedy}")
    return HttpResponseRedirect(reverse("delivery", args=[made.digest]))


@require_safe
def delivery(request: Request, digest: str) -> HttpResponse:
    """Show what became of one delivery, row by row."""
    rows = visible(Delivery, request.sight).select_related("licensee", "batch")
    found = get_object_or_404(rows, digest=digest)
    return render(request, "royalties/delivery.html", {"delivery": found})


@require_safe
def quarantine(request: Request, digest: str) -> FileResponse:
    """Send the rows of a delivery that were put apart, each with its reason (JSON lines)."""
    found = get_object_or_404(visible(Delivery, request.sight), digest=digest)
    name = found.told.get("quarantine")
    path = request.place.usage / "quarantine" / str(name)
    if not name or not path.is_file():
        raise Http404
    return FileResponse(path.open("rb"), filename=f"apart-{digest[:12]}.jsonl", as_attachment=True)


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
    issuer = Issuer(request.place.name, request.place.origin, digest, _names(found.performer))
    told = words(payload, issuer, get_language(), _before(found))
    own = [
        (n, line, (line.tariff or "").split("@")[0])
        for n, line in enumerate(payload.lines, 1)
        if line.kind not in ON_TOP and line.corrects is None
    ]
    context = {
        "statement": found,
        "payload": payload,
        "told": told,
        "lines": [(*each, shown) for each, shown in zip(own, told["lines"], strict=True)],
        "pictures": by_model(request.place, found.performer, issuer.models),
        "history": history(request.sight, found.performer),
        "disputable": request.sight.may(SIGN, found.performer),
        "disputes": visible(Dispute, request.sight)
        .filter(statement=found)
        .prefetch_related("words"),
    }
    return render(request, "royalties/statement.html", context)


def _before(found: Statement) -> Payload | None:
    envelope = issuing.before(found)
    return parse_statement(parse(payload_of(envelope))["predicate"]) if envelope else None


def pdf(request: Request, digest: str) -> HttpResponse:
    """Send one statement as a tagged PDF, in the reader's language."""
    found = _seen(request, digest)
    made = issuing.pdf(request.place, found, get_language())
    return HttpResponse(made, "application/pdf", headers=_attached(f"{file_name(found)}.pdf"))


def table(request: Request, digest: str) -> HttpResponse:
    """Send one statement's lines as a table (CSV)."""
    found = _seen(request, digest)
    headers = _attached(f"{file_name(found)}.csv")
    return HttpResponse(documents.csv(found.envelope), "text/csv; charset=utf-8", headers=headers)


def document(request: Request, digest: str) -> HttpResponse:
    """Send one statement's signed envelope (DSSE)."""
    found = _seen(request, digest)
    return JsonResponse(found.envelope, headers=_attached(f"{file_name(found)}.json"))


def evidence(request: Request, digest: str) -> HttpResponse:
    """Send the bundle that bears one statement out, to be checked offline (``yesand verify``)."""
    found = _seen(request, digest)
    bundle = bytes(bundle_for(request.place, found))
    return HttpResponse(bundle, "application/zip", headers=_attached(f"{file_name(found)}.zip"))


def balance(request: Request) -> HttpResponse:
    """Show a performer what they have earned and been paid, and every month's statement."""
    performer = request.sight.whose(MONEY, request.GET.get("of", ""))
    if performer is None:
        raise Http404
    rows = visible(Statement, request.sight).filter(performer=performer)
    return render(
        request,
        "royalties/balance.html",
        {
            "performer": performer,
            "accounts": kept(performer),
            "pictures": by_model(request.place, performer, _names(performer)),
            "history": history(request.sight, performer),
            "details": current(payee_of(performer)),
            "payouts": sent_to(performer),
            "late": late_for(performer, request.place.clock.now().date()),
            "statements": rows.select_related("settlement").order_by(
                "-settlement__period", "currency"
            ),
        },
    )


def payouts(request: Request) -> HttpResponse:
    """List what each performer (and the fund) has earned and been paid, by the ledger."""
    accounts = visible(Account, request.sight).filter(postings__isnull=False)
    accounts = accounts.exclude(name__in=[BANK, CLEARING])
    owed = accounts.filter(organisation=None).values("name", "postings__currency")
    owing = accounts.exclude(organisation=None).values("name", "postings__currency")
    return listed(
        request,
        "royalties/payouts.html",
        # Credit is what the house owes; what payouts moved is paid, and came back from it.
        owed.annotate(earned=-_sum(~PAID), paid=_sum(PAID))
        .annotate(left=F("earned") - F("paid"))
        .order_by("name", "postings__currency"),
        owing=owing.annotate(billed=_sum(Q(postings__micro__gt=0)))
        .annotate(received=-_sum(Q(postings__micro__lt=0)))
        .annotate(left=F("billed") - F("received"))
        .order_by("name", "postings__currency"),
        runs=request.sight.everything,
    )


def _sum(those: Q) -> Coalesce:
    """Return the sum of an account's postings that are so."""
    return Coalesce(Sum("postings__micro", filter=those), 0)


def _seen(request: Request, digest: str) -> Statement:
    rows = visible(Statement, request.sight).select_related("performer", "settlement", "entry")
    return get_object_or_404(rows, digest=digest)


def _names(performer: Performer) -> dict[str, str]:
    """Return the names of the models that the performer is in, as documents call them."""
    models = TrainedModel.objects.filter(manifest__performers__performer=performer)
    return dict(models.values_list("digest", "name"))


def _attached(name: str) -> dict[str, str]:
    return {"Content-Disposition": f'attachment; filename="{name}"'}
