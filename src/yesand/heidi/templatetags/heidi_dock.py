"""The dock of every page: three named actions and a box, before anything is typed."""

from __future__ import annotations

from typing import Any
from uuid import uuid4

from django import template

from yesand.heidi.visiting.services import ideas, welcome

register = template.Library()


@register.inclusion_tag("heidi/dock.html", takes_context=True)
def heidi_dock(context: dict[str, Any]) -> dict[str, Any]:
    """Show Heidi's dock."""
    return {"csrf_token": context.get("csrf_token"), "key": uuid4().hex}


@register.inclusion_tag("heidi/visitor_dock.html", takes_context=True)
def visitor_dock(context: dict[str, Any]) -> dict[str, Any]:
    """Show the dock to whoever is not signed in."""
    told = {"csrf_token": context.get("csrf_token"), "request": context.get("request")}
    return {**told, "welcome": welcome(), "ideas": ideas()}
