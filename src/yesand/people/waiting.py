"""What waits for a person here: a second factor; a performer's agent who has not yet come."""

from __future__ import annotations

from collections.abc import Iterator

from django.urls import reverse
from django.utils.translation import gettext

from yesand.people.factors.services import needs_factor
from yesand.people.frame import Waiting
from yesand.people.models import User
from yesand.people.sight import Request


def waiting(request: Request) -> Iterator[Waiting]:
    """Yield what waits."""
    assert isinstance(request.user, User)
    if needs_factor(request):
        told = gettext("Add a passkey or an app for codes: your password alone opens too much.")
        yield Waiting(told, reverse("mfa_first"), request.user.date_joined, urgent=True)
