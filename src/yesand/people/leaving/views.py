"""Taking one's data home, and leaving, with what that does said before."""

from __future__ import annotations

import tempfile

from django.contrib import messages
from django.contrib.auth import logout
from django.http import FileResponse, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.utils.translation import gettext
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_http_methods

from yesand.kernel.errors import Refused
from yesand.people.confirming import reauthenticated
from yesand.people.happenings import Happened
from yesand.people.leaving.services import erase, preview, take_home
from yesand.people.models import User
from yesand.people.security.services import happened
from yesand.people.sight import Request


@require_GET
@reauthenticated
def export(request: Request) -> HttpResponseBase:
    """Send everything held about the person, as one archive."""
    assert isinstance(request.user, User)
    kept = tempfile.TemporaryFile()  # noqa: SIM115  # the response closes it when it is sent
    take_home(request.place, request.user, kept)
    happened(Happened.EXPORTED, request.user, request)
    kept.seek(0)
    name = f"yes-and-{request.user.username}-{request.place.clock.now():%Y-%m-%d}.zip"
    return FileResponse(kept, as_attachment=True, filename=name, content_type="application/zip")


@never_cache
@require_http_methods(["GET", "POST"])
def leave(request: Request) -> HttpResponseBase:
    """Say what leaving will do; and do it, once the person has typed their name."""
    if request.method == "POST":
        return _leave(request)
    return _page(request)


def _page(request: Request, fault: str = "") -> HttpResponse:
    assert isinstance(request.user, User)
    told = preview(request.place, request.user)
    status = 422 if fault else 200
    return render(request, "people/leave.html", {"told": told, "fault": fault}, status=status)


@reauthenticated
def _leave(request: Request) -> HttpResponse:
    user = request.user
    assert isinstance(user, User)
    if request.POST.get("name", "").strip() != user.username:
        return _page(request, gettext("Type your name as it stands here, to be sure."))
    try:
        erase(request.place, user, forgoing="forgo" in request.POST)
    except Refused as fault:
        return _page(request, f"{fault.what}: {fault.remedy}")
    logout(request)
    messages.success(request, gettext("You are erased here. Thank you for what you gave."))
    return redirect("start")
