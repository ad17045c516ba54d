"""Registering from which models one was made."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils.translation import gettext
from django.views.decorators.http import require_http_methods

from yesand.kernel.errors import YesAndError
from yesand.people.sight import Request, visible
from yesand.training.descending.forms import DescentForm
from yesand.training.descending.services import descend
from yesand.training.models import Descent, TrainedModel


@require_http_methods(["GET", "HEAD", "POST"])
def descent(request: Request, digest: str) -> HttpResponse:
    """Let a licensee sign from which models one of theirs was made."""
    rows = visible(TrainedModel, request.sight)
    mine = rows.filter(manifest__licensee__in=request.sight.licensees)
    model = get_object_or_404(mine.select_related("manifest__licensee"), digest=digest)
    if Descent.objects.filter(model=model).exists() and request.method != "POST":
        messages.info(request, gettext("Its descent is signed, and stays."))
        return HttpResponseRedirect(reverse("model", args=[digest]))
    posted = request.method == "POST"
    form = DescentForm(request.sight, request.POST if posted else None)
    if posted and form.is_valid() and _signed(request, model, form):
        messages.success(request, gettext("Signed, and in the log."))
        return HttpResponseRedirect(reverse("model", args=[digest]))
    return render(request, "training/descent.html", {"model": model, "form": form})


def _signed(request: Request, model: TrainedModel, form: DescentForm) -> bool:
    told = form.cleaned_data
    try:
        descend(request.place, model, told["how"], told["parents"], told["declared"])
    except YesAndError as fault:
        form.add_error(None, str(fault))
        return False
    return True
