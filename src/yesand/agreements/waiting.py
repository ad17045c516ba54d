"""What waits in this room: agreements to sign."""

from __future__ import annotations

from collections.abc import Iterator

from django.urls import reverse
from django.utils.translation import gettext as _

from yesand.agreements.collective.services import may_sign
from yesand.agreements.models import Collective
from yesand.agreements.offering.speaking.services import waiting_for, waiting_for_guardian
from yesand.people.frame import Waiting
from yesand.people.models import Seat, User
from yesand.people.sight import Request


def waiting(request: Request) -> Iterator[Waiting]:
    """Yield what waits for the person's signature, or for that of a guardian they must name."""
    for offer in waiting_for(request.sight):
        told = _("An agreement waits for your signature: %(template)s")
        if offer.performer != request.sight.performer:
            told = _("An agreement waits for your signature: %(template)s, for %(performer)s")
        said = told % {"template": offer.template, "performer": offer.performer}
        yield Waiting(said, reverse("offer", args=[offer.pk]), offer.made_at, urgent=True)
    yield from _collective(request)
    for offer in waiting_for_guardian(request.place, request.sight):
        told = _("A parent or guardian signs “%(template)s” for you: make a link for them first")
        said = told % {"template": offer.template}
        yield Waiting(said, reverse("account_delegates"), offer.made_at, urgent=True)


def _collective(request: Request) -> Iterator[Waiting]:
    """Yield the collective agreements that wait for the signature of the side that they sit for."""
    if not (Seat.Role.PRODUCER in request.sight.roles or request.sight.unions):
        return
    assert isinstance(request.user, User)
    for row in Collective.objects.filter(countersignature=None).select_related("union"):
        if may_sign(row, request.user):
            told = _("A collective agreement waits for your signature: %(title)s")
            said = told % {"title": row.words["title"]}
            yield Waiting(said, reverse("collective", args=[row.digest]), row.at, urgent=True)
