"""What waits in this room: agreements to sign."""

from __future__ import annotations

from collections.abc import Iterator

from django.urls import reverse
from django.utils.translation import gettext as _

from yesand.agreements.offering.speaking.services import waiting_for, waiting_for_guardian
from yesand.people.frame import Waiting
from yesand.people.sight import Request


def waiting(request: Request) -> Iterator[Waiting]:
    """Yield what waits for the person's signature, or for that of a guardian they must name."""
    for offer in waiting_for(request.sight):
        told = _("An agreement waits for your signature: %(template)s")
        if offer.performer != request.sight.performer:
            told = _("An agreement waits for your signature: %(template)s, for %(performer)s")
        said = told % {"template": offer.template, "performer": offer.performer}
        yield Waiting(said, reverse("offer", args=[offer.pk]), offer.made_at, urgent=True)
    for offer in waiting_for_guardian(request.place, request.sight):
        told = _("A parent or guardian signs “%(template)s” for you: make a link for them first")
        said = told % {"template": offer.template}
        yield Waiting(said, reverse("account_delegates"), offer.made_at, urgent=True)
