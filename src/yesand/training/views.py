"""Models: what was trained from which corpus, how well it does, and where it serves."""

from __future__ import annotations

from base64 import b64encode
from datetime import UTC, datetime, time
from hashlib import sha256

from django import forms
from django.contrib import messages
from django.http import Http404, HttpResponse, HttpResponseRedirect
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils.translation import gettext
from django.views.decorators.http import require_http_methods, require_safe

from yesand.corpus import services as corpus
from yesand.kernel.errors import YesAndError
from yesand.people.sight import Request, visible
from yesand.people.views import listed, reauthenticated
from yesand.training import reporting
from yesand.training.errors import AlreadyEnded
from yesand.training.forms import ModelForm, ServiceForm
from yesand.training.models import Deployment, TrainedModel
from yesand.training.registry.services import decommission, deploy, register_files


@require_safe
def models(request: Request) -> HttpResponse:
    """List models, the newest first."""
    rows = visible(TrainedModel, request.sight).select_related("manifest__licensee")
    return listed(request, "training/list.html", rows.order_by("-at", "digest"))


@require_safe
def model(request: Request, digest: str) -> HttpResponse:
    """Show one model: its card, its scores, its corpus and its deployments."""
    rows = visible(TrainedModel, request.sight).select_related("manifest__licensee", "entry")
    found = get_object_or_404(rows, digest=digest)
    deployments = visible(Deployment, request.sight).filter(model=found)
    return render(
        request,
        "training/model.html",
        {
            "model": found,
            "deployments": deployments.select_related("licensee", "decommission").order_by("since"),
            "mine": found.manifest.licensee_id in request.sight.licensees,
        },
    )


@require_safe
def report(request: Request, digest: str) -> HttpResponse:
    """Show a model's whole evaluation, as it lies in its folder, to who sees it or licenses it."""
    if not (request.sight.everything or request.sight.licensees):
        raise Http404
    found = get_object_or_404(visible(TrainedModel, request.sight), digest=digest)
    if not reporting.can_report(found.card):
        raise Http404
    response = HttpResponse(reporting.report(found.card))
    # It brings its style along; the policy names that very style, and no other.
    style = b64encode(sha256(reporting.STYLE.encode()).digest()).decode()
    response._csp_update = {"style-src": [f"'sha256-{style}'"]}  # type: ignore[attr-defined]
    return response


@require_http_methods(["GET", "HEAD", "POST"])
def register(request: Request) -> HttpResponse:
    """Let a licensee enter a model that was trained elsewhere, by the digests of its files."""
    if not request.sight.licensees:
        raise Http404
    if request.method != "POST":
        form = ModelForm(request.sight, initial={"manifest": request.GET.get("manifest", "")})
        return render(request, "training/register.html", {"form": form})
    form = ModelForm(request.sight, request.POST, request.FILES)
    if form.is_valid() and (made := _registered(request, form)):
        messages.success(request, gettext("Registered, signed, and in the log."))
        return HttpResponseRedirect(reverse("model", args=[made.digest]))
    return render(request, "training/register.html", {"form": form})


def _registered(request: Request, form: ModelForm) -> TrainedModel | None:
    told = form.cleaned_data
    try:
        return register_files(
            request.place,
            corpus.find(request.place, told["manifest"].digest),
            told["statement"],
            name=told["name"],
            run=told["run"],
            card_text=told["card"],
        )
    except YesAndError as fault:
        _tell(form, fault)
        return None


@require_http_methods(["GET", "HEAD", "POST"])
def deployments(request: Request) -> HttpResponse:
    """List where models serve; let a licensee put one of theirs in service."""
    mine, form = bool(request.sight.licensees), None
    if request.method == "POST":
        if not mine:
            raise Http404
        form = ServiceForm(request.sight, request.POST)
        if form.is_valid() and (made := _started(request, form)):
            messages.success(request, gettext("In service. Its use is paid for from that day on."))
            return HttpResponseRedirect(reverse("deployment", args=[made.name]))
    elif mine:
        given = {"since": request.place.clock.now().date(), "model": request.GET.get("model")}
        form = ServiceForm(request.sight, initial=given)
    rows = visible(Deployment, request.sight).select_related("model", "licensee", "decommission")
    return listed(request, "training/deployments.html", rows.order_by("-since", "name"), form=form)


def _started(request: Request, form: ServiceForm) -> Deployment | None:
    told = form.cleaned_data
    since = datetime.combine(told["since"], time.min, UTC)
    try:
        return deploy(request.place, told["model"], told["licensee"], since, told["name"])
    except YesAndError as fault:
        _tell(form, fault)
        return None


@require_safe
def deployment(request: Request, name: str) -> HttpResponse:
    """Show one deployment."""
    rows = visible(Deployment, request.sight)
    found = get_object_or_404(rows.select_related("model__manifest", "licensee"), name=name)
    mine = found.licensee_id in request.sight.licensees
    return render(request, "training/deployment.html", {"deployment": found, "mine": mine})


@require_http_methods(["GET", "HEAD", "POST"])
def end(request: Request, name: str) -> HttpResponseBase:
    """Let a licensee sign, after being asked who they are, that a deployment ends now."""
    rows = visible(Deployment, request.sight).filter(licensee__in=request.sight.licensees)
    found = get_object_or_404(rows.select_related("model", "licensee"), name=name)
    if hasattr(found, "decommission"):
        messages.info(request, gettext("It has ended already; nothing was done twice."))
        return HttpResponseRedirect(reverse("deployment", args=[name]))
    if request.method != "POST":
        return render(request, "training/end.html", {"deployment": found})
    return _ended(request, found)


@reauthenticated
def _ended(request: Request, found: Deployment) -> HttpResponse:
    try:
        decommission(request.place, found, request.place.clock.now())
        messages.success(request, gettext("Ended, signed, and in the log."))
    except AlreadyEnded:
        messages.info(request, gettext("It has ended already; nothing was done twice."))
    return HttpResponseRedirect(reverse("deployment", args=[found.name]))


def _tell(form: forms.Form, fault: YesAndError) -> None:
    form.add_error(None, str(fault))
