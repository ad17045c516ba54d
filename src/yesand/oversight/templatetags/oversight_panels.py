"""Findings, as other pages show them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from django import template
from django.db.models import F
from django.urls import reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import get_language, gettext, ngettext

from yesand.agreements.clauses_of_use import AIMS, CHANNELS, USES
from yesand.agreements.scope import Scope
from yesand.agreements.tongue import LANGUAGES, tongue
from yesand.oversight.closing.services import about_model, state
from yesand.oversight.feed.entering.services import item_of
from yesand.oversight.feed.notice import Notice, Pause
from yesand.oversight.findings.services import address_of
from yesand.oversight.models import Finding, Obligation, Revocation
from yesand.oversight.services import about_service, asked_by
from yesand.people.models import Seat
from yesand.people.services import organisation
from yesand.people.sight import visible
from yesand.training.models import Deployment, TrainedModel

register = template.Library()


@register.simple_tag
def about_link(finding: Finding) -> SafeString | str:
    """Link to what a finding is about."""
    address, (kind, _, key) = address_of(finding.about), finding.about.partition(":")
    shown = f"{kind} {key[:12]}".strip()
    return format_html('<a href="{}">{}</a>', address, shown) if address else shown


@register.inclusion_tag("oversight/about.html", takes_context=True)
def findings_about(context: dict[str, Any], kind: str, key: object) -> dict[str, Any]:
    """Show what auditors noted about a record, and let an auditor note more."""
    sight, about = context["request"].sight, f"{kind}:{key}"
    return {
        "about": about,
        "findings": visible(Finding, sight).filter(about=about).order_by("-at", "-pk"),
        "auditor": Seat.Role.AUDITOR in sight.roles,
    }


@register.inclusion_tag("oversight/of_deployment.html", takes_context=True)
def obligations_of(context: dict[str, Any], deployment: Deployment) -> dict[str, Any]:
    """Show what a deployment's licensee must do to them, the producer and auditors."""
    request = context["request"]
    if not (request.sight.everything or deployment.licensee_id in request.sight.licensees):
        return {"shown": False}
    return {
        "shown": True,
        "duties": about_service(deployment),
        "asked": asked_by(deployment.model.manifest),
        "request": request,
    }


@register.inclusion_tag("oversight/of_model.html", takes_context=True)
def obligations_about(context: dict[str, Any], model: TrainedModel) -> dict[str, Any]:
    """Show what must be done about a model, to whom it is theirs to know."""
    request = context["request"]
    rows = visible(Obligation, request.sight).filter(about_model(model))
    duties = rows.select_related("bearer", "fulfilment")
    return {
        "duties": duties.order_by(F("due").asc(nulls_last=True), "pk"),
        "request": request,
        "mine": request.sight.everything or model.manifest.licensee_id in request.sight.licensees,
    }


@register.inclusion_tag("oversight/standing_of.html", takes_context=True)
def standing_of(context: dict[str, Any], obligation: Obligation) -> dict[str, Any]:
    """Show a duty's date and its countdown."""
    place = context["request"].place
    return {"duty": obligation, "count": state(place, obligation)}


@register.simple_tag
def duty_about(obligation: Obligation) -> SafeString | str:
    """Link to what a duty is about; a model is linked by its name."""
    kind, _, name = obligation.subject.partition(":")
    key = name
    if kind == "model":
        found = TrainedModel.objects.filter(name=name).values_list("digest", flat=True).first()
        key = found or ""
    shown = f"{gettext(kind)} {name[:12] if kind in {'manifest', 'batch'} else name}"
    if kind not in {"manifest", "model", "deployment", "performer"} or not key:
        return shown
    return format_html('<a href="{}">{}</a>', reverse(kind, args=[key]), shown)


@register.simple_tag
def about_what(subjects: Sequence[str]) -> str:
    """Write what one duty is about in a line: corpora counted, all else by name."""
    named = [subject.partition(":") for subject in subjects]
    corpora = sum(kind == "manifest" for kind, _, _ in named)
    counted = ngettext("%(n)d corpus", "%(n)d corpora", corpora) % {"n": corpora}
    told = [_subject(kind, name) for kind, _, name in named if kind != "manifest"]
    return ", ".join([counted, *told] if corpora else told)


def _subject(kind: str, name: str) -> str:
    if kind == "takes":
        number, _, name = name.partition(" of ")
        said = ngettext("%(n)d take of %(name)s", "%(n)d takes of %(name)s", int(number))
        return said % {"n": int(number), "name": name}
    words = {
        "batch": gettext("the synthetic takes %(name)s"),
        "model": gettext("the model %(name)s"),
        "deployment": gettext("the service %(name)s"),
        "performer": gettext("the recordings of %(name)s"),
    }
    return words[kind] % {"name": name[:12] if kind == "batch" else name}


@register.simple_tag
def taken_back(scope: Scope | Mapping[str, Any]) -> str:
    """Say in plain words what a withdrawal takes back."""
    told = scope if isinstance(scope, Scope) else Scope.parse(scope)
    language = get_language() or ""
    say = tongue(language if language in LANGUAGES else "en")
    parts = []
    if told.purposes:
        parts.append(gettext("for %(what)s") % {"what": say.named(AIMS, told.purposes)})
    if told.use_classes:
        parts.append(gettext("to %(what)s") % {"what": say.named(USES, told.use_classes, "or")})
    if told.modalities:
        parts.append(gettext("through %(what)s") % {"what": say.named(CHANNELS, told.modalities)})
    if told.licensees:
        parts.append(gettext("by %(what)s") % {"what": say.listed(map(called, told.licensees))})
    if takes := len(told.takes):
        parts.append(ngettext("%(n)d single take", "%(n)d single takes", takes) % {"n": takes})
    return ", ".join(parts) or gettext("everything")


@register.simple_tag
def called(slug: str) -> str:
    """Return an organisation's name."""
    return str(organisation(slug))


@register.simple_tag
def says(revocation: Revocation) -> Notice | Pause:
    """Return what an item of a feed says."""
    return item_of(revocation)
