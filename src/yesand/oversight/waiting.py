"""What withdrawals leave to be done: a model in service that must be retrained or retired."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

from django.urls import reverse
from django.utils.translation import gettext, ngettext

from yesand.oversight.closing.views import bearing
from yesand.oversight.models import Obligation
from yesand.people.frame import Waiting
from yesand.people.sight import Request
from yesand.training.models import Deployment

#: How long before its date a duty is marked as urgent.
SOON = timedelta(days=14)


def waiting(request: Request) -> Iterator[Waiting]:
    """Yield a licensee's models that a withdrawal concerns and still serve, and what is due."""
    rows = Obligation.objects.filter(
        bearer__in=request.sight.licensees, duty=Obligation.Duty.RETRAIN, fulfilment=None
    )
    serving = set(
        Deployment.objects.filter(decommission=None).values_list("model__name", flat=True)
    )
    for row in rows.select_related("withdrawal").order_by("due", "pk"):
        name = row.subject.partition(":")[2]
        if name not in serving or row.due is None:
            continue
        what = gettext("Retrain or retire %(model)s by %(day)s") % {
            "model": name,
            "day": f"{row.due:%Y-%m-%d}",
        }
        urgent = row.due - request.place.clock.now() < SOON
        yield Waiting(what, reverse("obligation", args=[row.pk]), row.withdrawal.at, urgent)
    yield from _due(request)


def _due(request: Request) -> Iterator[Waiting]:
    """Yield, in one line, how many other duties are due or soon will be."""
    now = request.place.clock.now()
    rows = Obligation.objects.filter(
        bearer__in=bearing(request.sight), fulfilment=None, due__lt=now + SOON
    ).exclude(duty=Obligation.Duty.RETRAIN)
    first = rows.order_by("due").first()
    if first is None or first.due is None:
        return
    number = rows.count()
    what = ngettext(
        "%(n)d obligation is due within two weeks, or was",
        "%(n)d obligations are due within two weeks, or were",
        number,
    ) % {"n": number}
    address = reverse("obligations") + "?state=open"
    yield Waiting(what, address, first.withdrawal.at, first.due < now)
