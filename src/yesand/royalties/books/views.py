"""The books as pages: the trial balance as of a day, and an account posting by posting."""

from __future__ import annotations

from collections import Counter
from datetime import date
from typing import Any, TypeAlias, cast
from urllib.parse import urlencode

from django.core.paginator import Paginator
from django.db.models import F, Q, Sum
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils.translation import gettext
from django.views.decorators.http import require_safe

from yesand.kernel.errors import BadInput
from yesand.people.frame import AUDITOR, PRODUCER
from yesand.people.gates import only
from yesand.people.sight import Request, visible
from yesand.people.views import PAGE, listed
from yesand.royalties.books.exporting.services import beancount
from yesand.royalties.books.history.services import day, history
from yesand.royalties.books.leading.services import followed
from yesand.royalties.books.services import trial_balance, until
from yesand.royalties.models import Account

#: By when it was recorded, and by when it counts.
Days: TypeAlias = tuple[date | None, date | None]


@require_safe
def books(request: Request) -> HttpResponse:
    """List every account's balance that one may see; of all of them, also what they add up to."""
    days, fault = _days(request)
    posted = Q(until(*days, "postings__"), postings__isnull=False)
    rows = visible(Account, request.sight).filter(posted)
    response = listed(
        request,
        "royalties/books.html",
        rows.values("pk", "name", "postings__currency")
        .annotate(micro=Sum("postings__micro"))
        .annotate(credit=-F("micro"))
        .order_by("name", "postings__currency"),
        sums=_sums(days) if request.sight.everything else [],
        everything=request.sight.everything,
        **_told(days, fault),
    )
    response.status_code = 422 if fault else 200
    return response


@require_safe
def book(request: Request, number: int) -> HttpResponse:
    """Show what moved on an account, with the balance after each posting and its record."""
    found = get_object_or_404(visible(Account, request.sight), pk=number)
    days, fault = _days(request)
    rows = history(found, *days).annotate(credit=-F("micro"), owed=-F("running"))
    page = Paginator(rows, PAGE).get_page(request.GET.get("page"))
    page.object_list = cast(Any, followed(list(page.object_list), found, request.sight))
    context = {
        "page": page,
        "account": found,
        "everything": request.sight.everything,
        **_told(days, fault),
    }
    status = 422 if fault else 200
    return render(request, "royalties/book.html", context, status=status)


@require_safe
@only(PRODUCER, AUDITOR)
def ledger(request: Request) -> HttpResponse:
    """Send the ledger as a Beancount file to who may see all of it."""
    (as_of, _), _ = _days(request)
    text, _ = beancount(request.place, as_of)
    name = f"books-{as_of or request.place.clock.now().date()}.beancount"
    headers = {"Content-Disposition": f'attachment; filename="{name}"'}
    return HttpResponse(text, "text/plain; charset=utf-8", headers=headers)


def _days(request: Request) -> tuple[Days, str]:
    """Return the days that are asked for (recorded, effective), or what is wrong with one."""
    asked = [request.GET.get(name, "") for name in ("as_of", "effective")]
    found: list[date | None] = []
    for given in asked:
        try:
            found.append(day(given))
        except BadInput:
            return (None, None), gettext("“%(given)s” is no day: write it as 2026-10-31.") % {
                "given": given[:40]
            }
    return (found[0], found[1]), ""


def _told(days: Days, fault: str) -> dict[str, Any]:
    """Return what the form and the links of a page say of the days that are asked for."""
    asked = {n: d.isoformat() for n, d in zip(("as_of", "effective"), days, strict=True) if d}
    query = f"?{urlencode(asked)}" if asked else ""
    return {"as_of": days[0], "effective": days[1], "query": query, "fault": fault}


def _sums(days: Days) -> list[dict[str, Any]]:
    """Return what the accounts in debit and those in credit add up to, by currency."""
    found: dict[str, Counter[str]] = {}
    for sums in trial_balance(*days).values():
        for currency, micro in sums.items():
            side = "debit" if micro > 0 else "credit"
            found.setdefault(currency, Counter())[side] += abs(int(micro))
    return [
        {"currency": c, "debit": s["debit"], "credit": s["credit"]}
        for c, s in sorted(found.items())
    ]
