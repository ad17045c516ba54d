"""Takes, as other pages show them."""

from __future__ import annotations

from typing import Any

from django import template
from django.db.models import Count, Sum

from yesand.agreements.models import Agreement
from yesand.people.models import Performer
from yesand.people.sight import visible
from yesand.takes.models import Take

register = template.Library()


@register.inclusion_tag("takes/of_performer.html", takes_context=True)
def takes_of(context: dict[str, Any], performer: Performer) -> dict[str, Any]:
    """Show how much a performer has given, by emotion."""
    rows = visible(Take, context["request"].sight).filter(performer=performer)
    given = rows.filter(state=Take.State.ACCEPTED)
    return {
        "performer": performer,
        "emotions": given.values("emotion")
        .annotate(number=Count("id"), length=Sum("duration_ms"))
        .order_by("emotion"),
        "whole": given.aggregate(number=Count("id"), length=Sum("duration_ms")),
        "others": rows.exclude(state=Take.State.ACCEPTED).count(),
    }


@register.inclusion_tag("takes/under_agreement.html", takes_context=True)
def takes_under(context: dict[str, Any], agreement: Agreement) -> dict[str, Any]:
    """Show how much was recorded under an agreement."""
    rows = visible(Take, context["request"].sight).filter(session__agreement=agreement)
    return {"agreement": agreement, **rows.aggregate(number=Count("id"), length=Sum("duration_ms"))}
