"""Sessions and takes: what was performed, how it sounds, and what was found about it."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

from django.db.models import Count, Q, QuerySet, Sum
from django.http import FileResponse, Http404, HttpResponse, StreamingHttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.views.decorators.http import require_safe

from yesand.agreements.preferences import usage
from yesand.agreements.services import standing_of
from yesand.agreements.vocabulary import Modality
from yesand.kernel.errors import NotFound
from yesand.people.sight import Request, visible
from yesand.people.views import listed
from yesand.takes.media import MediaStore
from yesand.takes.models import Session, Take
from yesand.takes.ranges import Span, Unsatisfiable, span_of
from yesand.takes.waveform import drawn

_CHUNK = 1 << 16


def sessions(request: Request) -> HttpResponse:
    """List sessions, the newest first."""
    rows = visible(Session, request.sight).select_related("performer", "agreement")
    rows = rows.annotate(
        number=Count("takes"), length=Sum("takes__duration_ms", filter=Q(takes__state="accepted"))
    )
    return listed(request, "takes/sessions.html", rows.order_by("-at", "slug"))


def takes(request: Request) -> HttpResponse:
    """List takes in the order in which they were recorded here, the newest first."""
    told = {name: request.GET.get(name, "").strip() for name in ("performer", "emotion", "state")}
    session = request.GET.get("session", "").strip()
    everybodys = visible(Take, request.sight)
    rows = everybodys.select_related("performer", "scene")
    if told["performer"]:
        rows = rows.filter(performer__handle__icontains=told["performer"])
    if told["emotion"]:
        rows = rows.filter(emotion=told["emotion"])
    if told["state"]:
        rows = rows.filter(state=told["state"])
    if session:
        rows = rows.filter(session__slug=session)
    return listed(
        request,
        "takes/list.html",
        rows.order_by("-id"),
        told=told,
        session=session,
        emotions=everybodys.order_by("emotion").values_list("emotion", flat=True).distinct(),
        states=Take.State.values,
    )


def take(request: Request, sha256: str) -> HttpResponse:
    """Show one take."""
    rows = _seen(request, sha256)
    found = rows[0]
    try:
        outline = drawn(MediaStore(request.place.media), sha256, request.place.cache)
    except NotFound:
        outline = ""
    return render(request, "takes/take.html", {"take": found, "rows": rows, "outline": outline})


@require_safe
def media(request: Request, sha256: str) -> HttpResponseBase:
    """Send a take's recording, whole or the range a player asks for, to those who see its page."""
    found = _seen(request, sha256)[0]
    path = MediaStore(request.place.media).path_of(sha256)
    tag, size = f'"{sha256}"', path.stat().st_size
    if request.headers.get("If-None-Match") == tag:
        return HttpResponse(status=304, headers={"ETag": tag})
    wanted = request.headers.get("Range", "")
    if request.headers.get("If-Range", tag) != tag:
        wanted = ""
    try:
        span = span_of(wanted, size)
    except Unsatisfiable:
        return HttpResponse(status=416, headers={"Content-Range": f"bytes */{size}"})
    response = _part(path, span, size) if span else FileResponse(path.open("rb"))
    response.headers["Content-Type"] = found.media_type
    response.headers["Content-Disposition"] = f'inline; filename="{path.name}"'
    response.headers["Accept-Ranges"] = "bytes"
    response.headers["ETag"] = tag
    response.headers["Content-Usage"] = _usage(request, found)
    return response


def _usage(request: Request, found: Take) -> str:
    """Say what the take's agreement prefers (AIPREF)."""
    standing = standing_of(found.session.agreement).about(found.sha256)
    today = request.place.clock.now().date()
    return usage([standing], Modality(found.modality), today)


def _part(path: Path, span: Span, size: int) -> StreamingHttpResponse:
    response = StreamingHttpResponse(_bytes(path, span), status=206)
    response.headers["Content-Range"] = f"bytes {span.first}-{span.last}/{size}"
    response.headers["Content-Length"] = str(len(span))
    return response


def _bytes(path: Path, span: Span) -> Iterator[bytes]:
    with path.open("rb") as file:
        file.seek(span.first, os.SEEK_SET)
        left = len(span)
        while left and (chunk := file.read(min(_CHUNK, left))):
            left -= len(chunk)
            yield chunk


def _seen(request: Request, sha256: str) -> QuerySet[Take]:
    """Return the takes of that content that the person may see: several only in a dispute."""
    rows = (
        visible(Take, request.sight)
        .filter(sha256=sha256)
        .select_related("performer", "session__agreement", "scene", "entry")
        .order_by("id")
    )
    if not rows:
        raise Http404
    return rows
