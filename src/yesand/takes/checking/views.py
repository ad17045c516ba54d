"""The page on which anybody checks a file: by its hash, made in the browser, or by sending it."""

from __future__ import annotations

import hashlib
import re
import tempfile
from pathlib import Path

from allauth.core import ratelimit
from django.contrib.auth.decorators import login_not_required
from django.core.files.uploadedfile import UploadedFile
from django.http import HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext
from django.views.decorators.csrf import csrf_exempt, csrf_protect
from django.views.decorators.http import require_POST, require_safe

from yesand.people.sight import Request
from yesand.provenance.credentials.apart import read_apart
from yesand.provenance.credentials.identity import anchors
from yesand.provenance.credentials.identity import authority as authority_of
from yesand.takes.checking.services import answer

#: Bytes that a stranger may send to be read. Anything larger is checked by its hash.
MOST = 100_000_000
_HASH = re.compile(r"[0-9a-f]{64}")


@login_not_required
def check(request: Request) -> HttpResponse:
    """Show the page; told a hash, say what that file is. The file itself never comes here."""
    if request.method != "POST":
        return render(request, "takes/check.html")
    if not ratelimit.consume(request, action="check"):
        return _sorry(request, gettext("That was too often. Wait a minute, and try again."), 429)
    told = "".join(request.POST.get("sha256", "").split()).lower()
    if not _HASH.fullmatch(told):
        fault = gettext("That is no SHA-256: it has 64 characters, 0 to 9 and a to f.")
        return _sorry(request, fault, 400, told=told)
    found = answer(request.place, told)
    return _shown(request, {"answer": found, "told": told})


@login_not_required
@csrf_exempt  # until the length is known: looking for the token reads the whole of what is sent
@require_POST
def check_file(request: Request) -> HttpResponse:
    """Read a file that somebody agreed to send, and forget it."""
    if not ratelimit.consume(request, action="check_file"):
        return _sorry(request, gettext("That was too often. Wait a minute, and try again."), 429)
    length = request.headers.get("Content-Length", "")
    if not length.isdecimal() or int(length) > MOST:
        told = gettext(
            "It is larger than what is read here. Its hash alone tells whether it is ours."
        )
        return _sorry(request, told, 413)
    return _read(request)


@csrf_protect
def _read(request: Request) -> HttpResponse:
    sent = request.FILES.get("file")
    if not isinstance(sent, UploadedFile):
        return _sorry(request, gettext("No file came. Choose one first."), 400)
    known = hashlib.sha256()
    with tempfile.NamedTemporaryFile(prefix="yesand-check-") as kept:
        for chunk in sent.chunks():
            known.update(chunk)
            kept.write(chunk)
        kept.flush()
        found = read_apart(Path(kept.name), anchors(request.place))
    told = answer(request.place, known.hexdigest(), found)
    return _shown(request, {"answer": told, "told": told.sha256, "was_read": True})


@login_not_required
@require_safe
def authority(request: Request) -> HttpResponse:
    """Give the certificate of the house's own authority to whoever wants to trust it."""
    name = "yes-and-authority.pem"
    headers = {"Content-Disposition": f'attachment; filename="{name}"'}
    kind = "application/x-pem-file"
    return HttpResponse(authority_of(request.place), content_type=kind, headers=headers)


def _sorry(request: Request, fault: str, status: int, *, told: str = "") -> HttpResponse:
    return _shown(request, {"fault": fault, "told": told}, status)


def _shown(request: Request, context: dict[str, object], status: int = 200) -> HttpResponse:
    """Show the answer alone to the script of the page, and the whole page to a form."""
    page = "takes/check_answer.html" if "HX-Request" in request.headers else "takes/check.html"
    response = render(request, page, context, status=status)
    response.headers["Cache-Control"] = "no-store"
    return response
