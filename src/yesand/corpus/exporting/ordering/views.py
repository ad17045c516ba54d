"""Asking for an export on a corpus's page, and seeing how far it is."""

from __future__ import annotations

from django.http import HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.views.decorators.http import require_POST, require_safe

from yesand.corpus.exporting.ordering.services import order
from yesand.corpus.models import Manifest, Order
from yesand.people.models import User
from yesand.people.sight import Request, visible


@require_POST
def export_ask(request: Request, digest: str) -> HttpResponse:
    """Ask for an export of a corpus of one's own."""
    rows = visible(Manifest, request.sight).filter(licensee__in=request.sight.licensees)
    found = get_object_or_404(rows.select_related("licensee"), digest=digest)
    assert isinstance(request.user, User)
    order(request.place, found, request.POST.get("format", ""), request.user)
    return HttpResponseRedirect(f"{reverse('manifest', args=[digest])}#data")


@require_safe
def export_order(request: Request, number: int) -> HttpResponse:
    """Show how far one is: the part of the page that asks for itself again until it is ready."""
    rows = visible(Order, request.sight).filter(manifest__licensee__in=request.sight.licensees)
    found = get_object_or_404(rows.select_related("manifest", "export"), pk=number)
    return render(request, "corpus/order.html", {"order": found})
