"""The dock of every page: three named actions and a box, before anything is typed."""

from __future__ import annotations

from typing import Any
from uuid import uuid4

from django import template

register = template.Library()


@register.inclusion_tag("heidi/dock.html", takes_context=True)
def heidi_dock(context: dict[str, Any]) -> dict[str, Any]:
    """Show Heidi's dock."""
    return {"csrf_token": context.get("csrf_token"), "key": uuid4().hex}
