"""Handing out a take's copy with its credential inside, to those who see the take."""

from __future__ import annotations

from django.contrib import messages
from django.http import FileResponse, Http404
from django.http.response import HttpResponseBase
from django.shortcuts import redirect
from django.utils.translation import gettext
from django.views.decorators.http import require_POST

from yesand.people.models import Seat
from yesand.people.sight import Request, Sight, visible
from yesand.takes.crediting import services as crediting
from yesand.takes.models import Take


@require_POST
def credentialed(request: Request, sha256: str) -> HttpResponseBase:
    """Send the copy; one that says what holds now is made first, by those who may."""
    rows = visible(Take, request.sight).filter(sha256=sha256)
    take = rows.select_related("performer", "session__agreement", "entry").order_by("pk").first()
    if take is None:
        raise Http404
    found = crediting.standing_copy(request.place, take)
    if found is None and not may_make(request.sight, take):
        messages.warning(request, gettext("No copy has been made of it, and you only look."))
        return redirect("take", sha256)
    _, path = found or crediting.credentialed(request.place, take)
    response = FileResponse(path.open("rb"), as_attachment=True, filename=path.name)
    response.headers["Content-Type"] = take.media_type
    return response


def may_make(sight: Sight, take: Take) -> bool:
    """Tell whether they may have a copy made: an auditor reads, and makes nothing."""
    return Seat.Role.PRODUCER in sight.roles or take.performer_id in sight.performers()
