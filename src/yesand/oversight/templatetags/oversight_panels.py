"""Findings, as other pages show them."""

from __future__ import annotations

from typing import Any

from django import template
from django.utils.html import format_html
from django.utils.safestring import SafeString

from yesand.oversight.findings.services import address_of
from yesand.oversight.models import Finding
from yesand.oversight.services import about_service, asked_by
from yesand.people.models import Seat
from yesand.people.sight import visible
from yesand.training.models import Deployment

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
        "now": request.place.clock.now(),
    }
