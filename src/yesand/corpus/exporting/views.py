"""Sending what was handed out, whole or from where a download broke off."""

from __future__ import annotations

from django.http import Http404, HttpResponse, StreamingHttpResponse
from django.http.response import HttpResponseBase
from django.urls import reverse
from django.views.decorators.http import require_safe

from yesand.agreements.rsl import MEDIA_TYPE
from yesand.corpus.exporting.services import archive, preference
from yesand.corpus.models import Export
from yesand.people.addresses import address
from yesand.people.sight import Request, visible
from yesand.takes.ranges import Unsatisfiable, span_of


@require_safe
def export_data(request: Request, digest: str) -> HttpResponseBase:
    """Send an export to the licensee to whom it was handed out."""
    mine = visible(Export, request.sight).filter(manifest__licensee__in=request.sight.licensees)
    found = mine.select_related("manifest", "entry").filter(digest=digest).first()
    if found is None:
        raise Http404
    return sent(request, found)


def sent(request: Request, export: Export) -> HttpResponseBase:
    """Answer with an export's archive, or the part of it that is asked for (RFC 9110 §14).

    Raises
    ------
    Overtaken : it may no longer leave. NotFound : it was made too long ago.
    """
    whole, tag = archive(request.place, export), f'"{export.digest}"'
    wanted = request.headers.get("Range", "") if request.method in {"GET", "HEAD"} else ""
    if request.headers.get("If-Range", tag) != tag:
        wanted = ""
    try:
        span = span_of(wanted, whole.size)
    except Unsatisfiable:
        return HttpResponse(status=416, headers={"Content-Range": f"bytes */{whole.size}"})
    first, end = (span.first, span.last + 1) if span else (0, whole.size)
    headers = {
        "Accept-Ranges": "bytes",
        "Content-Disposition": f'attachment; filename="{name_of(export)}"',
        "Content-Length": str(end - first),
        "Content-Location": reverse("export_data", args=[export.digest]),
        "Content-Usage": preference(request.place, export.manifest),
        "ETag": tag,
        "Link": f'<{address(request, "licence")}>; rel="license"; type="{MEDIA_TYPE}"',
    }
    if span:
        headers["Content-Range"] = f"bytes {first}-{end - 1}/{whole.size}"
    status = 206 if span else 200
    pieces = whole.pieces(first, end)
    return StreamingHttpResponse(
        pieces, status=status, content_type="application/x-tar", headers=headers
    )


def name_of(export: Export) -> str:
    """Return what the downloaded file is called."""
    form = "" if export.format == "tar" else f"-{export.format}"
    return f"corpus-{export.manifest_id[:12]}{form}.tar"
