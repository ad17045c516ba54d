"""What waits in this room: takes for a rater to judge."""

from __future__ import annotations

from collections.abc import Iterator

from django.urls import reverse
from django.utils.translation import ngettext

from yesand.affect.showing.services import progress, since
from yesand.people.frame import RATER, Waiting
from yesand.people.models import User
from yesand.people.sight import Request


def waiting(request: Request) -> Iterator[Waiting]:
    """Yield that takes wait for a rater's ear."""
    if RATER not in request.sight.roles:
        return
    assert isinstance(request.user, User)
    number = progress(request.place, request.user).waiting
    if number:
        told = ngettext("Judge %(n)d take", "Judge %(n)d takes", number) % {"n": number}
        yield Waiting(told, reverse("rate"), since())
