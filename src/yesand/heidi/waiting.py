"""What waits for a person in this room: letters to answer, and answers to read."""

from __future__ import annotations

from collections.abc import Iterator

from django.urls import reverse
from django.utils.translation import gettext as _

from yesand.heidi.models import Letter
from yesand.people.frame import Waiting
from yesand.people.models import Seat
from yesand.people.sight import Request


def waiting(request: Request) -> Iterator[Waiting]:
    """Yield letters without an answer to a producer, and unread answers to who asked."""
    if Seat.Role.PRODUCER in request.sight.roles:
        for letter in Letter.objects.filter(answered_at=None).select_related("user").order_by("id"):
            what = _("Answer the letter of %(name)s") % {"name": letter.user.username}
            yield Waiting(what, reverse("letter", args=[letter.pk]), letter.at)
    if not request.user.is_authenticated:
        return
    for letter in Letter.objects.filter(user=request.user, seen_at=None).exclude(answered_at=None):
        assert letter.answered_at is not None
        yield Waiting(_("Read the producer’s answer"), reverse("letters"), letter.answered_at)
