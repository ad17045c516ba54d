"""What waits in this room: scenes to record, takes to redo, and the quality queue."""

from __future__ import annotations

from collections.abc import Iterator

from django.db.models import Count, Min
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from yesand.agreements.offering.speaking.services import open_offers
from yesand.people.frame import Waiting
from yesand.people.models import Performer, Seat
from yesand.people.sight import Request
from yesand.takes.models import Casting
from yesand.takes.recording.services import in_force, projects_of
from yesand.takes.reviewing import services as reviewing


def waiting(request: Request) -> Iterator[Waiting]:
    """Yield what waits for the person."""
    if request.sight.performer is not None:
        yield from _recording(request, request.sight.performer)
    if Seat.Role.PRODUCER in request.sight.roles:
        yield from _queue()


def _recording(request: Request, me: Performer) -> Iterator[Waiting]:
    today = request.place.clock.now().date()
    for project, to_do in projects_of(me):
        address = reverse("project", args=[project.slug])
        invited = Casting.objects.get(project=project, performer=me).at
        for row in to_do:
            if row.redo:
                told = _("Record “%(scene)s” again: the take was rejected")
                here = reverse("record", args=[project.slug, row.placing.scene.slug])
                since = row.takes[0].recorded_at
                yield Waiting(told % {"scene": row.placing.scene}, here, since, urgent=True)
        left = sum(1 for row in to_do if not row.takes)
        if left and in_force(me, project.template, today) is None:
            if open_offers(me.offers.filter(template=project.template)).exists():
                continue  # the room of agreements says so itself
            told = _("Sign the agreement for “%(project)s”, then record its scenes")
            yield Waiting(told % {"project": project}, address, invited)
        elif left:
            told = ngettext(
                "Record %(n)d scene of “%(project)s”", "Record %(n)d scenes of “%(project)s”", left
            )
            yield Waiting(told % {"n": left, "project": project}, address, invited)


def _queue() -> Iterator[Waiting]:
    found = reviewing.queue().aggregate(n=Count("pk"), since=Min("recorded_at"))
    if found["n"]:
        told = ngettext(
            "%(n)d take waits for a verdict", "%(n)d takes wait for a verdict", found["n"]
        )
        yield Waiting(told % {"n": found["n"]}, reverse("queue"), found["since"])
