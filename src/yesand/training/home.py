"""A licensee's models and where they serve, on their own page."""

from __future__ import annotations

from collections.abc import Iterator

from yesand.people.frame import Panel
from yesand.people.sight import Request, visible
from yesand.training.models import Deployment, TrainedModel


def panels(request: Request) -> Iterator[Panel]:
    """Yield a licensee's models and deployments."""
    if request.sight.licensees:
        models = visible(TrainedModel, request.sight).order_by("-at", "digest")
        running = visible(Deployment, request.sight).select_related("model", "decommission")
        context = {"models": models[:10], "deployments": running.order_by("-since", "name")[:10]}
        yield Panel("training/of_licensee.html", context, 30)
