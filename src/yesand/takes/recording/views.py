"""The recorder: a scene to read, and beside it everything to record or send it with."""

from __future__ import annotations

from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, render

from yesand.people.sight import Request, visible
from yesand.takes.models import Placing, Project
from yesand.takes.quality import LONGEST_S
from yesand.takes.recording import services as recording
from yesand.takes.uploading.services import most

#: As everywhere (``site.middleware``), but for the microphone.
_PERMISSIONS = "camera=(), geolocation=(), microphone=(self), payment=(), usb=()"


def record(request: Request, project: str, scene: str) -> HttpResponse:
    """Show the recorder for a scene that the performer is invited to."""
    me = request.sight.performer
    if me is None:
        raise Http404
    mine = visible(Project, request.sight).filter(performers=me)
    found = get_object_or_404(mine, slug=project)
    placing = get_object_or_404(
        Placing.objects.select_related("scene"), project=found, scene__slug=scene
    )
    todo = recording.to_do(me, found)
    now = request.place.clock.now()
    here = next(n for n, row in enumerate(todo) if row.placing.pk == placing.pk)
    context = {
        "project": found,
        "scene": placing.scene,
        "todo": todo[here],
        "number": here + 1,
        "of": len(todo),
        "next": todo[here + 1].placing.scene if here + 1 < len(todo) else None,
        "agreement": recording.in_force(me, found.template, now.date()),
        "meeting": recording.meeting_of(me, now),
        "most": most(),
        "longest": int(LONGEST_S),
    }
    response = render(request, "takes/record.html", context)
    response.headers["Permissions-Policy"] = _PERMISSIONS
    # One listens again to what is still on one's own device: a blob of the page's own making.
    response._csp_update = {"media-src": ["blob:"]}  # type: ignore[attr-defined]  # as csp_update
    return response
