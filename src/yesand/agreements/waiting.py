"""What waits in this room: agreements to sign."""

from __future__ import annotations

from collections.abc import Iterator

from django.urls import reverse
from django.utils.translation import gettext as _

from yesand.agreements.offering.speaking.services import waiting_for
from yesand.people.frame import Waiting
from yesand.people.sight import Request


def waiting(request: Request) -> Iterator[Waiting]:
    """Yield what waits for the person's signature."""
    for offer in waiting_for(request.sight):
        told = _("An agreement waits for your signature: %(template)s")
        if offer.performer != request.sight.performer:
            told = _("An agreement waits for your signature: %(template)s, for %(performer)s")
        said = told % {"template": offer.template, "performer": offer.performer}
        yield Waiting(said, reverse("offer", args=[offer.pk]), offer.made_at, urgent=True)
