"""How far raters agree, for those who see everything."""

from __future__ import annotations

import math
from typing import Any

from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from yesand.affect.chart import bar
from yesand.affect.reliability.judgements import RaterAgreement
from yesand.affect.reliability.report import Agreed, Reliability
from yesand.affect.reliability.services import rated, reports, skippers
from yesand.people.frame import PRODUCER
from yesand.people.sight import Request

#: Raters on one page, those who agree least first.
_MOST = 100


@require_safe
def ratings(request: Request) -> HttpResponse:
    """Show the reliability of the ratings in one space and modality, and links to the others."""
    if not request.sight.everything:
        raise Http404
    there = rated()
    asked = request.GET.get("space", ""), request.GET.get("modality", "")
    chosen = asked if asked in there else next(iter(there), None)
    producer = PRODUCER in request.sight.roles
    context: dict[str, Any] = {"there": there, "chosen": chosen, "producer": producer}
    context["skippers"] = skippers()
    if chosen is not None:
        (found,) = reports(*chosen)
        context |= _shown(found)
    return render(request, "affect/ratings.html", context)


def _shown(found: Reliability) -> dict[str, Any]:
    overall = [found.overall] if found.overall.takes else []
    agreed = [one for one in (*overall, *found.emotions, *found.axes) if one.takes]
    raters = sorted(found.raters, key=lambda one: (math.isnan(one.alpha), one.alpha))
    return {
        "found": found,
        "agreed": [_line(one) for one in agreed],
        "raters": [_rater(found, one) for one in raters[:_MOST]],
        "left_out": max(len(raters) - _MOST, 0),
        "biases": [
            {"axis": axis, "people": [(name, b, n) for name, (b, n) in list(rows.items())[:_MOST]]}
            for axis, rows in found.bias.items()
        ],
    }


def _line(one: Agreed | RaterAgreement) -> dict[str, Any]:
    """Return an α for the page; what is no number is not shown."""
    known = not math.isnan(one.alpha)
    drawn = bar(one.alpha, one.low, one.high)
    return {"row": one, "bar": drawn, "known": known, "bounded": not math.isnan(one.low)}


def _rater(found: Reliability, one: RaterAgreement) -> dict[str, Any]:
    return {
        **_line(one),
        "means_it": found.competence.get(one.rater),
        "confuses": found.confuses.get(one.rater),
        "careless": [sign for sign in found.careless if sign.rater == one.rater],
    }
