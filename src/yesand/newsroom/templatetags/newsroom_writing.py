"""How articles and figures are shown."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django import template
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from yesand.kernel.clock import stamp
from yesand.newsroom.content import Content, Writer
from yesand.newsroom.models import Picture
from yesand.newsroom.page import Page
from yesand.newsroom.reporting.figure import Part
from yesand.newsroom.reporting.telling import shown

register = template.Library()

LABELS = {
    Writer.LANGUAGE_MODEL: gettext_lazy("Written by AI"),
    Writer.EXTRACTIVE: gettext_lazy("Sentences chosen by a program"),
    Writer.COMPUTED: gettext_lazy("Computed from records"),
    Writer.PERSON: gettext_lazy("Written by a person"),
}


@register.filter
def label(content: Content) -> str:
    """Name who or what wrote it."""
    return str(LABELS[content.writer])


@register.filter
def read(value: dict[str, Any]) -> Content:
    """Return stored content, typed."""
    return Content.model_validate(value)


@register.filter
def page(content: Content) -> Page:
    """Return content as a page shows it."""
    return Page(content)


@register.filter
def picture_of(content: Content) -> Picture | None:
    """Return an article's picture, with its size."""
    return Picture.objects.filter(sha256=content.image.sha256).first() if content.image else None


@register.filter
def day(moment: datetime) -> SafeString:
    """Write a moment's day for people, and exactly for machines."""
    text = f"{moment.day} {moment:%B} {moment.year}"
    return format_html('<time datetime="{}">{}</time>', stamp(moment), text)


@register.simple_tag
def value(part: Part, unit: str = "") -> str:
    """Write a figure's value; one that is withheld says so."""
    return str(_("fewer than three people: withheld")) if part.withheld else shown(part, unit)
