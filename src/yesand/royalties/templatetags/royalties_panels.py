"""Statements, as other pages show them."""

from __future__ import annotations

from typing import Any

from django import template

from yesand.people.models import Performer
from yesand.people.sight import visible
from yesand.royalties.models import Statement

register = template.Library()


@register.inclusion_tag("royalties/of_performer.html", takes_context=True)
def statements_of(context: dict[str, Any], performer: Performer) -> dict[str, Any]:
    """Show a performer's latest twelve statements."""
    rows = visible(Statement, context["request"].sight).filter(performer=performer)
    return {
        "statements": rows.select_related("settlement").order_by("-settlement__period", "currency")[
            :12
        ]
    }
