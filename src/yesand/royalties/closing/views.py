"""Closing a month, what waits, whether the books agree, and computing a month again."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext
from django.views.decorators.http import require_POST, require_safe

from yesand.kernel.clock import Period
from yesand.kernel.errors import BadInput, YesAndError
from yesand.people.confirming import reauthenticated
from yesand.people.frame import AUDITOR, PRODUCER
from yesand.people.gates import only
from yesand.people.models import User
from yesand.people.sight import Request
from yesand.people.speaking import in_words
from yesand.royalties.closing import services
from yesand.royalties.closing.queueing.services import exceptions as waiting
from yesand.royalties.estimating.services import propose
from yesand.royalties.models import Closing, Settlement
from yesand.royalties.reconciling.figures import agree
from yesand.royalties.reconciling.services import reconciled


@require_safe
@only(PRODUCER, AUDITOR)
def closing(request: Request) -> HttpResponse:
    """Show what to see to before a month is settled, each with where to mend it."""
    period = _period(request)
    checks = services.checked(request.place, period)
    settled = Settlement.objects.filter(period=str(period)).first()
    may = services.may_settle(checks) and settled is None
    context = {
        "period": str(period),
        "checks": [(c, in_words(c.name), in_words(c.said)) for c in checks],
        "may": may,
        "estimates": propose(request.place, period) if may else [],
        "settled": settled,
        "producer": PRODUCER in request.sight.roles,
        **_work(request, str(period), *Closing.SETTLING),
    }
    return render(request, "royalties/closing.html", context)


@require_POST
@only(PRODUCER)
@reauthenticated
def closing_settle(request: Request) -> HttpResponse:
    """Have a month settled and billed by the worker."""
    on_estimates = request.POST.get("estimates") == "yes"
    what = Closing.ESTIMATED if on_estimates else Closing.SETTLE
    return _started(request, what, "closing")


@require_safe
@only(PRODUCER, AUDITOR)
def closing_work(request: Request, number: int) -> HttpResponse:
    """Show how far one is: a piece of the page that asks again."""
    row = get_object_or_404(Closing.objects.select_related("end"), pk=number)
    context = {"work": row, "how_far": services.progress_of(request.place, row)}
    return render(request, "royalties/closing_work.html", context)


@require_safe
@only(PRODUCER, AUDITOR)
def exceptions(request: Request) -> HttpResponse:
    """List what waits for a person: escrow, held, came back, unmatched."""
    rows = [(row, in_words(row.kind), in_words(row.said)) for row in waiting(request.place)]
    return render(request, "royalties/exceptions.html", {"rows": rows})


@require_safe
@only(PRODUCER, AUDITOR)
def reconciliation(request: Request) -> HttpResponse:
    """Show whether statements, ledger, payouts, what is held and what is carried agree."""
    rows, period = reconciled(), _period(request)
    context = {
        "rows": rows,
        "agree": agree(rows),
        "period": str(period),
        **_work(request, str(period), Closing.RECOMPUTE),
    }
    return render(request, "royalties/reconciliation.html", context)


@require_POST
@only(PRODUCER, AUDITOR)
def recompute_month(request: Request) -> HttpResponse:
    """Have all statements of a month computed again by the worker."""
    return _started(request, Closing.RECOMPUTE, "reconciliation")


def _started(request: Request, what: str, page: str) -> HttpResponse:
    assert isinstance(request.user, User)
    given = request.POST.get("period", "")
    try:
        services.start(request.place, Period.parse(given), what, request.user)
    except YesAndError as fault:
        messages.error(request, f"{fault.what}. {fault.remedy}".strip())
        return redirect(page)
    messages.success(request, gettext("Begun: how far it is stands below."))
    response = redirect(page)
    response["Location"] += f"?period={given}"
    return response


def _period(request: Request) -> Period:
    """Return the month that is asked for; the last that is over, if none."""
    try:
        return Period.parse(request.GET.get("period", ""))
    except BadInput:
        now = request.place.clock.now()
        return Period(now.year - 1, 12) if now.month == 1 else Period(now.year, now.month - 1)


def _work(request: Request, period: str, *what: str) -> dict[str, Any]:
    rows = Closing.objects.filter(period=period, what__in=what).select_related("end", "by")
    row = rows.first()
    return {"work": row, "how_far": services.progress_of(request.place, row) if row else None}
