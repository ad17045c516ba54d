"""Tariffs as pages: all of them, one with its versions, and the next version to publish."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext
from django.views.decorators.http import require_http_methods, require_safe

from yesand.agreements.pay import MILLION
from yesand.agreements.pay_wording import decimal
from yesand.kernel.errors import BadInput, Refused
from yesand.people.confirming import reauthenticated
from yesand.people.frame import PRODUCER
from yesand.people.gates import only
from yesand.people.models import User
from yesand.people.sight import Request, visible
from yesand.people.views import listed
from yesand.royalties.models import TariffVersion
from yesand.royalties.tariffs.forms import PRICES, TariffForm
from yesand.royalties.tariffs.services import publish, tariff_of


@require_safe
def tariffs(request: Request) -> HttpResponse:
    """List every version of every tariff: prices are for everybody to know."""
    return listed(
        request,
        "royalties/tariffs.html",
        visible(TariffVersion, request.sight).order_by("name", "-version"),
        producer=PRODUCER in request.sight.roles,
    )


@require_safe
def tariff(request: Request, name: str) -> HttpResponse:
    """Show a tariff, the newest version first, with what each version says."""
    rows = visible(TariffVersion, request.sight).filter(name=name)
    found = [_told(row) for row in rows.order_by("-version")]
    if not found:
        raise Http404
    context: dict[str, Any] = {"name": name, "versions": found}
    context["producer"] = PRODUCER in request.sight.roles
    return render(request, "royalties/tariff.html", context)


def _told(row: TariffVersion) -> dict[str, Any]:
    """Return a version as its page shows it."""
    said = tariff_of(row)
    prices: list[dict[str, Any]]
    prices = [{"label": PRICES.get(u, u), "micro": m} for u, m in sorted(said.per_unit.items())]
    if said.period_fee_micro:
        label = TariffForm.base_fields["period_fee"].label
        prices.append({"label": label, "micro": said.period_fee_micro})
    return {
        "row": row,
        "tariff": said,
        "prices": prices,
        "revenue": said.revenue_share_ppm and decimal(said.revenue_share_ppm, MILLION // 100),
        "realtime": decimal(said.realtime_multiple_ppm, MILLION),
    }


@require_http_methods(["GET", "HEAD", "POST"])
@only(PRODUCER)
@reauthenticated
def new_tariff(request: Request) -> HttpResponse:
    """Let a producer publish the next version of a tariff, or the first of a new one."""
    form = TariffForm(request.POST or None, name=request.GET.get("of", ""))
    if request.method == "POST" and form.is_valid():
        assert isinstance(request.user, User)
        try:
            made = publish(request.place, form.told(), request.user)
        except (BadInput, Refused) as fault:
            form.add_error(None, str(fault))
        else:
            messages.success(request, gettext("Published: it is signed and in the log."))
            return redirect("tariff", made.name)
    status = 422 if request.method == "POST" else 200
    return render(request, "royalties/tariff_form.html", {"form": form}, status=status)
