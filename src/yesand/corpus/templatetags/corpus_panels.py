"""Corpora, as other pages show them."""

from __future__ import annotations

from typing import Any

from django import template

from yesand.corpus.holding.services import held_entries
from yesand.corpus.models import Manifest, ManifestPerformer
from yesand.people.models import Performer
from yesand.people.sight import visible
from yesand.takes.models import Take

register = template.Library()


@register.inclusion_tag("corpus/of_performer.html", takes_context=True)
def corpora_of(context: dict[str, Any], performer: Performer) -> dict[str, Any]:
    """Show the corpora that hold takes of a performer, the newest first."""
    rows = visible(ManifestPerformer, context["request"].sight).filter(performer=performer)
    found = rows.select_related("manifest__licensee").order_by("-manifest__at")
    return {"request": context["request"], "rows": found}


@register.inclusion_tag("corpus/with_take.html", takes_context=True)
def corpora_with(context: dict[str, Any], take: Take) -> dict[str, Any]:
    """Show the corpora that hold a take, the newest first."""
    request = context["request"]
    parts = ManifestPerformer.objects.filter(performer=take.performer)
    rows = visible(Manifest, request.sight).filter(
        pk__in=parts.values("manifest"), log_size__gt=take.entry_id
    )
    near = rows.select_related("licensee").order_by("-at", "digest")
    return {
        "request": request,
        "manifests": [m for m in near if held_entries(request.place, m, [take.entry_id])],
    }
