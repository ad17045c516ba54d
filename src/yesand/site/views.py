"""The start page and the log."""

from __future__ import annotations

from django.contrib.auth.decorators import login_not_required
from django.db.models import Model, Sum
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, render
from django.views.decorators.http import require_safe

from yesand.agreements.models import Agreement
from yesand.corpus.models import Manifest
from yesand.people.models import Performer
from yesand.people.sight import Request, visible
from yesand.people.views import listed
from yesand.provenance.kinds import Kind
from yesand.provenance.models import Entry
from yesand.reliance.models import Report
from yesand.royalties.models import Posting, Statement, UsageBatch
from yesand.site.checkpoint import latest
from yesand.site.line import STATIONS, wave
from yesand.site.records import record_of
from yesand.takes.models import Session, Take
from yesand.training.models import TrainedModel

_ROBOTS = "User-agent: *\nDisallow: /api/\n"


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
        },
    )


@login_not_required
@require_safe
def robots(request: Request) -> HttpResponse:
    """Tell robots what is of no use to them (RFC 9309)."""
    return HttpResponse(_ROBOTS, content_type="text/plain; charset=utf-8")


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
    counts = {key: model._default_manager.count() for key, model in rows.items()}
    counts["usage events"] = UsageBatch.objects.aggregate(n=Sum("accepted"))["n"] or 0
    # A debit to a performer's account is money that went out (``royalties.ledger``).
    paid = Posting.objects.filter(account__performer__isnull=False, micro__gt=0)
    counts["payouts"] = paid.count()
    return counts


def log(request: Request) -> HttpResponse:
    """List the log's entries, the newest first."""
    kind = request.GET.get("kind", "")
    entries = visible(Entry, request.sight).order_by("-index")
    if kind:
        entries = entries.filter(kind=kind)
    return listed(
        request,
        "log/list.html",
        entries,
        kind=kind,
        kinds=[k.value for k in Kind],
        checkpoint=latest(request.place),
    )


def entry(request: Request, index: int) -> HttpResponse:
    """Show one entry; what it is about only to those whose it is."""
    found = get_object_or_404(visible(Entry, request.sight), index=index)
    return render(
        request,
        "log/entry.html",
        {
            "entry": found,
            "leaf": found.leaf().decode(),
            "record": record_of(found, request.sight),
            "checkpoint": latest(request.place),
        },
    )
