"""What waits for a person: a share that fell, and reports that are due."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

from django.urls import reverse
from django.utils.translation import gettext

from yesand.people.frame import PRODUCER, Waiting
from yesand.people.sight import Request, visible
from yesand.reliance.models import Fall
from yesand.reliance.watching.services import latest_look
from yesand.training.models import TrainedModel

#: How long a fall is news.
NEW = timedelta(days=30)


def waiting(request: Request) -> Iterator[Waiting]:
    """Yield a performer's falls, and the reports that a licensee or the producer should renew."""
    performer = request.sight.performer
    if performer is not None:
        rows = Fall.objects.filter(performer=performer, at__gt=request.place.clock.now() - NEW)
        for fall in rows.select_related("report__model").order_by("at"):
            what = gettext("Read why %(model)s relies on you less") % {"model": fall.report.model}
            yield Waiting(what, reverse("fall", args=[fall.pk]), fall.at)
    if request.sight.licensees or PRODUCER in request.sight.roles:
        yield from _due(request)


def _due(request: Request) -> Iterator[Waiting]:
    rows = visible(TrainedModel, request.sight).filter(deployments__decommission=None)
    rows = rows.filter(looks__isnull=False).exclude(deployments=None)
    if PRODUCER not in request.sight.roles:
        rows = rows.filter(manifest__licensee__in=request.sight.licensees)
    for model in rows.distinct().order_by("name"):
        look = latest_look(model)
        if look is not None and look.due:
            what = gettext("Measure %(model)s anew: a report is due") % {"model": model.name}
            yield Waiting(what, reverse("model", args=[model.digest]), look.at)
