"""Payout runs, who approves them, what the bank tells, and what of it waits for a person."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.utils.translation import gettext
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from yesand.kernel.errors import YesAndError
from yesand.kernel.money import Money
from yesand.people.confirming import reauthenticated
from yesand.people.frame import AUDITOR, PRODUCER
from yesand.people.gates import only
from yesand.people.models import User
from yesand.people.sight import Request
from yesand.people.views import listed
from yesand.royalties.models import BankFile, BankMovement, Payout, PayoutRun
from yesand.royalties.paying.banking.services import HOUSE, current
from yesand.royalties.paying.confirming.services import note, take_in
from yesand.royalties.paying.filing.services import file_of
from yesand.royalties.paying.payees.services import currencies, hold, holds, release
from yesand.royalties.paying.phases import micro_of
from yesand.royalties.paying.running.services import (
    approve,
    cancel,
    open_run,
    predicate,
    prepare,
    proposal,
    void,
)
from yesand.royalties.paying.safe_xml import MOST


@require_safe
@only(PRODUCER, AUDITOR)
def payout_runs(request: Request) -> HttpResponse:
    """Show what could be paid now, currency by currency, and every run so far."""
    rows = PayoutRun.objects.select_related("decision__by", "prepared_by")
    return listed(
        request,
        "royalties/payout_runs.html",
        rows.order_by("-at", "-pk"),
        proposals=[(proposal(request.place, c), open_run(c)) for c in currencies()],
        producer=PRODUCER in request.sight.roles,
        ours=current(HOUSE),
        holds=sorted(holds().values(), key=lambda row: row.payee),
    )


@require_POST
@only(PRODUCER)
@reauthenticated
def payout_prepare(request: Request) -> HttpResponse:
    """Freeze what is payable now in a currency."""
    try:
        run = prepare(request.place, request.POST.get("currency", ""), _user(request))
    except YesAndError as fault:
        return _complained(request, fault, "payout_runs")
    messages.success(request, gettext("Prepared. Now another person has to approve it."))
    return redirect("payout_run", run.digest)


@require_safe
@only(PRODUCER, AUDITOR)
def payout_run(request: Request, digest: str) -> HttpResponse:
    """Show one run: who is paid, what is held and why, and how each payment stands."""
    rows = PayoutRun.objects.select_related("decision__by", "decision__payer", "prepared_by")
    run = get_object_or_404(rows, digest=digest)
    told = predicate(run)
    return listed(
        request,
        "royalties/payout_run.html",
        run.payouts.select_related("run", "bank").prefetch_related("steps").order_by("payee"),
        run=run,
        decision=getattr(run, "decision", None),
        told=told,
        total=Money(run.currency, micro_of(run.currency, told["total_minor"])),
        fresh={item["account"]: item["fresh"] for item in told["items"]},
        producer=PRODUCER in request.sight.roles,
        own=run.prepared_by_id == request.user.pk,
    )


@require_POST
@only(PRODUCER)
@reauthenticated
def payout_decide(request: Request, digest: str) -> HttpResponse:
    """Approve a run that another prepared, or cancel it."""
    run = get_object_or_404(PayoutRun, digest=digest)
    try:
        if request.POST.get("decision") == "approve":
            approve(request.place, run, _user(request))
            messages.success(request, gettext("Approved. Fetch the file and give it to the bank."))
        else:
            cancel(request.place, run, _user(request))
            messages.success(request, gettext("Cancelled. What was owed is owed as before."))
    except YesAndError as fault:
        return _complained(request, fault, "payout_run", digest)
    return redirect("payout_run", digest)


@never_cache
@require_safe
@only(PRODUCER)
@reauthenticated
def payout_file(request: Request, digest: str) -> HttpResponse:
    """Send an approved run's file for the bank (pain.001.001.09)."""
    run = get_object_or_404(PayoutRun, digest=digest)
    made = file_of(request.place, run)
    name = {"Content-Disposition": f'attachment; filename="payouts-{run}.xml"'}
    return HttpResponse(made, "application/xml", headers=name)


@require_POST
@only(PRODUCER)
@reauthenticated
def payout_void(request: Request, end_to_end: str) -> HttpResponse:
    """Say that the bank never carried a payout out: it is owed again."""
    row = get_object_or_404(Payout.objects.select_related("run"), pk=end_to_end)
    try:
        void(request.place, row, _user(request), request.POST.get("reason", ""))
    except YesAndError as fault:
        return _complained(request, fault, "payout_run", row.run.digest)
    return redirect("payout_run", row.run.digest)


@require_POST
@only(PRODUCER)
def payout_hold(request: Request) -> HttpResponse:
    """Pay somebody nothing until that is ended; or end it."""
    payee, reason = request.POST.get("payee", ""), request.POST.get("reason", "")
    try:
        if request.POST.get("end"):
            release(request.place, payee, _user(request))
        else:
            hold(request.place, payee, reason, _user(request))
    except YesAndError as fault:
        return _complained(request, fault, "payout_runs")
    return redirect("payout_runs")


@require_http_methods(["GET", "HEAD", "POST"])
@only(PRODUCER, AUDITOR)
def payout_bank(request: Request) -> HttpResponse:
    """Take in the bank's files, and list what in them fits no payout."""
    producer = PRODUCER in request.sight.roles
    if request.method == "POST" and producer:
        return _taken_in(request)
    waiting = BankMovement.objects.exclude(problem="").filter(note=None)
    noted = BankMovement.objects.exclude(problem="").exclude(note=None)
    return listed(
        request,
        "royalties/payout_bank.html",
        BankFile.objects.select_related("by").order_by("-at", "-pk"),
        waiting=waiting.select_related("payout__run", "file").order_by("on", "pk"),
        noted=noted.select_related("note__by").order_by("-note__at")[:20],
        producer=producer,
    )


@require_POST
@only(PRODUCER)
def payout_note(request: Request, number: int) -> HttpResponse:
    """Keep what somebody found out of a movement that fits no payout."""
    row = get_object_or_404(BankMovement.objects.exclude(problem=""), pk=number)
    try:
        note(request.place, row, request.POST.get("words", ""), _user(request))
    except YesAndError as fault:
        return _complained(request, fault, "payout_bank")
    return redirect("payout_bank")


def _taken_in(request: Request) -> HttpResponse:
    given = request.FILES.get("file")
    if given is None or not given.size or given.size > MOST:
        messages.error(request, gettext("Choose a file of the bank’s, up to 32 MB."))
        return redirect("payout_bank")
    try:
        row = take_in(request.place, given.read(), str(given.name), _user(request))
    except YesAndError as fault:
        return _complained(request, fault, "payout_bank")
    told = {"b": row.booked, "r": row.returned, "p": row.problems}
    said = gettext("Taken in: %(b)d paid, %(r)d came back, %(p)d to look at.") % told
    messages.success(request, said)
    return redirect("payout_bank")


def _complained(request: Request, fault: YesAndError, page: str, *arguments: str) -> HttpResponse:
    messages.error(request, f"{fault.what}. {fault.remedy}".strip())
    return redirect(page, *arguments)


def _user(request: Request) -> User:
    assert isinstance(request.user, User)
    return request.user
