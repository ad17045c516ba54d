"""The start page, the public register, the API's documentation, and whether all is well."""

from __future__ import annotations

from django.conf import settings
from django.contrib.auth.decorators import login_not_required
from django.db import connection
from django.db.models import Model, Sum
from django.http import HttpResponse, JsonResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from yesand.agreements import rsl
from yesand.agreements.models import Agreement
from yesand.corpus.models import Manifest
from yesand.newsroom.services import published
from yesand.people.addresses import address, home
from yesand.people.models import Performer
from yesand.people.scopes import SCOPES
from yesand.people.sight import Request
from yesand.reliance.models import Report
from yesand.royalties.models import PayoutStep, Statement, UsageBatch
from yesand.royalties.paying.phases import Step
from yesand.site.checkpoint import latest
from yesand.site.describing import described
from yesand.site.health import checkup
from yesand.site.line import STATIONS, wave
from yesand.site.register import credited
from yesand.takes.models import Session, Take
from yesand.training.models import TrainedModel

_ROBOTS = "User-agent: *\nDisallow: /api/\nContent-Usage: train-ai=n\n"


@login_not_required
def start(request: Request) -> HttpResponse:
    """Say what Yes-And is, and draw the line with what this house holds at every station."""
    counts = counted()
    return render(
        request,
        "start.html",
        {
            "line": [(station, counts[station.plural]) for station in STATIONS],
            "wave": wave(),
            "checkpoint": latest(request.place),
            "serving": credited()[:6],
            "story": published().first(),
        },
    )


@login_not_required
@require_safe
def robots(request: Request) -> HttpResponse:
    """Tell robots what is of no use to them, and what no page is for (RFC 9309, AIPREF, RSL)."""
    told = f"{_ROBOTS}\nLicense: {address(request, 'licence')}\n"
    return HttpResponse(told, content_type="text/plain; charset=utf-8")


@login_not_required
@require_safe
def licence(request: Request) -> HttpResponse:
    """Tell licensing agents that nothing here is for AI unless they ask (RSL 1.0)."""
    links = rsl.Links(
        ask=address(request, "corpus_request"),
        contact=str(settings.CONTROLLER["contact"]),
        proofs=(f"{home(request)}/api/log/checkpoint",),
        house=request.place.name,
    )
    return HttpResponse(rsl.closed("/", links), content_type=rsl.MEDIA_TYPE)


@login_not_required
@require_safe
def register(request: Request) -> HttpResponse:
    """Show the world which models are in service, and who is in them and wishes to be named."""
    return render(request, "register.html", {"models": credited()})


@login_not_required
@require_safe
def docs(request: Request) -> HttpResponse:
    """Explain the API, operation by operation, from its own description."""
    from yesand.site.api import api  # the rooms' routers are loaded by then

    sections = described(api.get_openapi_schema(), home(request))
    return render(request, "api/docs.html", {"sections": sections, "scopes": SCOPES})


@login_not_required
@require_safe
def health(request: Request) -> JsonResponse:
    """Say whether the house is well, for whoever watches it: nothing here is secret."""
    found = checkup(request.place)
    status = 200 if found["ok"] else 503
    return JsonResponse(found, status=status, headers={"Cache-Control": "no-store"})


def counted() -> dict[str, int]:
    """Return how many records stand at each station, over everybody, by the stations' plurals."""
    rows: dict[str, type[Model]] = {
        "performers": Performer,
        "agreements": Agreement,
        "sessions": Session,
        "takes": Take,
        "corpora": Manifest,
        "models": TrainedModel,
        "reports": Report,
        "statements": Statement,
    }
    tables = (model._meta.db_table for model in rows.values())
    each = ", ".join(f"(SELECT COUNT(*) FROM {table})" for table in tables)  # nosec B608
    with connection.cursor() as cursor:  # one question instead of eight
        cursor.execute(f"SELECT {each}")
        counts = dict(zip(rows, cursor.fetchone(), strict=True))
    counts["usage events"] = UsageBatch.objects.aggregate(n=Sum("accepted"))["n"] or 0
    paid = PayoutStep.objects.filter(step=Step.BOOKED)
    counts["payouts"] = paid.exclude(payout__steps__step=Step.RETURNED).count()
    return counts
