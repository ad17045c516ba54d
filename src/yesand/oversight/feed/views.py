"""The feed of revocations as a page: what each licensee was told, and how to follow it."""

from __future__ import annotations

from django.http import Http404, HttpResponse
from django.views.decorators.http import require_safe

from yesand.oversight.feed.services import catch_up
from yesand.oversight.models import Revocation
from yesand.people.models import Organisation
from yesand.people.sight import Request, visible
from yesand.people.views import listed


@require_safe
def revocations(request: Request) -> HttpResponse:
    """List notices, the newest first, to the licensees they are for and to those who see all."""
    sight = request.sight
    if not sight.licensees and not sight.everything:
        raise Http404
    for licensee in Organisation.objects.filter(pk__in=sight.licensees):
        catch_up(request.place, licensee)
    rows = visible(Revocation, sight).select_related("licensee", "entry").order_by("-entry_id")
    return listed(
        request,
        "oversight/revocations.html",
        rows,
        address=request.build_absolute_uri("/").rstrip("/"),
    )
