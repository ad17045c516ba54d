"""What happened to an account, in words."""

from __future__ import annotations

from django import template
from django.utils.translation import gettext

from yesand.people.happenings import WORDS, Happened

register = template.Library()


@register.filter
def told(kind: str) -> str:
    """Write ``session:login:failed`` as ``Somebody failed to log in``."""
    return gettext(WORDS[Happened(kind)]) if kind in set(Happened) else kind
