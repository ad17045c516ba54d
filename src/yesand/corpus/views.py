"""Corpora: what the gate let through, for which request."""

from __future__ import annotations

from typing import Any

from django.db.models import Sum
from django.http import FileResponse, Http404, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, render

from yesand.agreements.clause import Request as Asked
from yesand.agreements.terms import WORLD
from yesand.corpus.models import Manifest, ManifestPerformer
from yesand.people.sight import Request, visible
from yesand.people.views import listed


def manifests(request: Request) -> HttpResponse:
    """List manifests, the newest first."""
    rows = visible(Manifest, request.sight).select_related("licensee")
    return listed(request, "corpus/list.html", rows.order_by("-at", "digest"))


def manifest(request: Request, digest: str) -> HttpResponse:
    """Show one manifest; a performer sees their own row of it and nobody else's."""
    rows = visible(Manifest, request.sight).select_related("licensee", "entry")
    found = get_object_or_404(rows, digest=digest)
    performers = visible(ManifestPerformer, request.sight).filter(manifest=found)
    return render(
        request,
        "corpus/manifest.html",
        {
            "manifest": found,
            "performers": performers.select_related("performer").order_by("performer__handle"),
            "total": found.performers.aggregate(ms=Sum("duration_ms"))["ms"],
            "asked": asked(found.request),
            "whole": _names_everybody(request, found),
        },
    )


def asked(request: dict[str, Any]) -> list[tuple[str, str]]:
    """Return a manifest's request in words, the moment apart."""
    said = Asked.parse(request)
    return [
        ("Purpose", words(said.purpose)),
        ("Kind of system", words(said.use_class)),
        ("Action", words(said.action)),
        ("Channel", words(said.modality)),
        ("As", words(said.material)),
        ("Where", "worldwide" if said.territory == WORLD else said.territory),
        ("Commercial", "yes" if said.commercial else "no"),
    ]


def words(identifier: str) -> str:
    """Write ``emotion-recognition`` as words."""
    return str(identifier).replace("-", " ")


def document(request: Request, digest: str) -> HttpResponseBase:
    """Send the signed manifest, which names everybody in it, to those who may see them all."""
    found = get_object_or_404(visible(Manifest, request.sight), digest=digest)
    path = request.place.manifests / f"{found.digest}.json"
    if not _names_everybody(request, found) or not path.exists():
        raise Http404
    return FileResponse(
        path.open("rb"), filename=f"manifest-{digest[:12]}.json", as_attachment=True
    )


def _names_everybody(request: Request, found: Manifest) -> bool:
    return request.sight.everything or found.licensee_id in request.sight.licensees
