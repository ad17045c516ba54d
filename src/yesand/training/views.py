"""Models: what was trained from which corpus, how well it does, and where it serves."""

from __future__ import annotations

from django.http import HttpResponse
from django.shortcuts import get_object_or_404, render

from yesand.people.sight import Request, visible
from yesand.people.views import listed
from yesand.training.models import Deployment, TrainedModel


def models(request: Request) -> HttpResponse:
    """List models, the newest first."""
    rows = visible(TrainedModel, request.sight).select_related("manifest__licensee")
    return listed(request, "training/list.html", rows.order_by("-at", "digest"))


def model(request: Request, digest: str) -> HttpResponse:
    """Show one model: its card, its scores, its corpus and its deployments."""
    rows = visible(TrainedModel, request.sight).select_related("manifest__licensee", "entry")
    found = get_object_or_404(rows, digest=digest)
    deployments = visible(Deployment, request.sight).filter(model=found)
    return render(
        request,
        "training/model.html",
        {
            "model": found,
            "deployments": deployments.select_related("licensee", "decommission").order_by("since"),
        },
    )
