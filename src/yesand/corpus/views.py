"""Corpora: what the gate let through, for which request."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.db.models import Sum
from django.http import (
    FileResponse,
    Http404,
    HttpResponse,
    HttpResponseRedirect,
)
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils.translation import gettext
from django.views.decorators.http import require_http_methods

from yesand.agreements.clause import Request as Asked
from yesand.agreements.terms import WORLD
from yesand.corpus.exporting.services import check_leaving, preference
from yesand.corpus.forms import FormatForm, RequestForm, asking_for
from yesand.corpus.models import Export, Manifest, ManifestPerformer, Order
from yesand.corpus.services import check_current, find, gate, rehearse
from yesand.kernel.errors import Refused
from yesand.kernel.place import Place
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
    own = request.sight.licensees
    response = render(
        request,
        "corpus/manifest.html",
        {
            "manifest": found,
            "performers": performers.select_related("performer").order_by("performer__handle"),
            "total": found.performers.aggregate(ms=Sum("duration_ms"))["ms"],
            "asked": asked(found.request),
            "whole": _names_everybody(request, found),
            "exports": visible(Export, request.sight).filter(manifest=found).order_by("-at"),
            "mine": found.licensee_id in request.sight.licensees,
            "holds": _why_not(request.place, found) if found.licensee_id in own else "",
            "wanted": FormatForm(),
            "orders": _orders(request, found),
        },
    )
    response.headers["Content-Usage"] = preference(request.place, found)
    return response


def _orders(request: Request, found: Manifest) -> list[Order]:
    """Return what was asked for last of a corpus of one's own."""
    mine = visible(Order, request.sight).filter(
        manifest=found, manifest__licensee__in=request.sight.licensees
    )
    return list(mine.select_related("export")[:5])


def asked(request: dict[str, Any]) -> list[tuple[str, str]]:
    """Return a manifest's request in words, the moment apart."""
    said = Asked.parse(request)
    return [
        (gettext("Purpose"), words(said.purpose)),
        (gettext("Kind of system"), words(said.use_class)),
        (gettext("Action"), words(said.action)),
        (gettext("Channel"), words(said.modality)),
        (gettext("As"), words(said.material)),
        (gettext("Where"), gettext("worldwide") if said.territory == WORLD else said.territory),
        (gettext("Commercial"), gettext("yes") if said.commercial else gettext("no")),
    ]


def words(identifier: str) -> str:
    """Write ``emotion-recognition`` as words."""
    return gettext(str(identifier).replace("-", " "))


def document(request: Request, digest: str) -> HttpResponseBase:
    """Send the signed manifest, which names everybody in it, to those who may see them all."""
    found = get_object_or_404(visible(Manifest, request.sight), digest=digest)
    path = request.place.manifests / f"{found.digest}.json"
    if not _names_everybody(request, found) or not path.exists():
        raise Http404
    name, headers = (
        f"manifest-{digest[:12]}.json",
        {"Content-Usage": preference(request.place, found)},
    )
    return FileResponse(path.open("rb"), filename=name, as_attachment=True, headers=headers)


def _names_everybody(request: Request, found: Manifest) -> bool:
    return request.sight.everything or found.licensee_id in request.sight.licensees


def _why_not(place: Place, found: Manifest) -> str:
    """Say why a manifest's data may no longer be taken; nothing: it may."""
    try:
        check_leaving(found)
        check_current(place, find(place, found.digest))
    except Refused as fault:
        return str(fault)
    return ""


@require_http_methods(["GET", "HEAD", "POST"])
def ask(request: Request) -> HttpResponse:
    """Show what a request would be permitted, and why not the rest; when confirmed, sign it."""
    askers = asking_for(request.sight)
    if not askers:
        raise Http404
    told = request.POST if request.method == "POST" else request.GET
    form = RequestForm(askers, told if "purpose" in told else None)
    if not form.is_bound or not form.is_valid():
        return render(request, "corpus/ask.html", {"form": form, "found": None})
    wanted = form.request_at(request.place.clock.now())
    if request.method == "POST":
        made = gate(request.place, wanted)
        said = gettext("Signed.") if made.new else gettext("The same as before; nothing is new.")
        messages.success(request, said)
        return HttpResponseRedirect(reverse("manifest", args=[made.manifest.digest]))
    found = rehearse(request.place, wanted)
    context = {"form": form, "found": found, "told": form.cleaned_data.items()}
    return render(request, "corpus/ask.html", context)
