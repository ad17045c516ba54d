"""The page on which a licensee asks what its bill would be."""

from __future__ import annotations

from decimal import Decimal, InvalidOperation

from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from yesand.kernel.clock import Period
from yesand.kernel.errors import BadInput
from yesand.people.frame import LICENSEE
from yesand.people.gates import only
from yesand.people.models import Organisation
from yesand.people.shapes import own_licensee
from yesand.people.sight import Request
from yesand.royalties.invoicing.supposing.services import suppose
from yesand.royalties.units import UNITS

#: A price of a thousand times is enough to suppose.
MOST = Decimal(100_000)


@require_safe
@only(LICENSEE)
def what_if(request: Request) -> HttpResponse:
    """Show what one's bill would be at other prices, or with this month's use; keep nothing."""
    own = Organisation.objects.filter(pk__in=request.sight.licensees).order_by("slug")
    named = request.GET.get("licensee", "") or own.values_list("slug", flat=True)[0]
    whose = own_licensee(request.sight, named)
    fault, factors = "", dict[str, int]()
    try:
        factors = {unit: _ppm(request.GET.get(unit, "") or "100") for unit in UNITS}
    except BadInput as wrong:
        fault = f"{wrong.what}. {wrong.remedy}".strip()
    now = request.place.clock.now()
    month = Period(now.year, now.month) if request.GET.get("use") == "now" else None
    asked = [] if fault else suppose(request.place, whose, factors, month)
    context = {
        "asked": asked,
        "own": own,
        "whose": whose,
        "units": [(unit, request.GET.get(unit, "") or "100") for unit in UNITS],
        "use": request.GET.get("use", ""),
        "fault": fault,
    }
    return render(request, "royalties/what_if.html", context, status=422 if fault else 200)


def _ppm(percent: str) -> int:
    try:
        told = Decimal(percent.strip().removesuffix("%").replace(",", "."))
    except InvalidOperation:
        told = Decimal(-1)
    if not told.is_finite() or not 0 <= told <= MOST:
        raise BadInput(
            f"{percent[:20]!r} is no percentage", remedy="Write 100 for the price as it is."
        )
    return int(told * 10_000)
