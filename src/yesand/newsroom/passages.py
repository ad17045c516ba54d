"""What the assistant may answer from in this room: published articles, section by section."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from django.urls import reverse

from yesand.newsroom import services
from yesand.newsroom.content import Content
from yesand.newsroom.rendering import plain
from yesand.people.sight import Request


@dataclass(frozen=True)
class Passage:
    """A piece of text with where it stands."""

    title: str
    text: str
    url: str


def passages(request: Request) -> Iterator[Passage]:
    """Yield the sections of everything that is published; everybody may read it."""
    for version in services.published():
        content = Content.model_validate(version.content)
        address = reverse("article", args=[version.article.slug])
        for number, section in enumerate(content.sections, start=1):
            title = f"{content.title}: {section.heading}" if section.heading else content.title
            text = "\n\n".join(
                filter(None, (content.dek if number == 1 else "", plain(section.text)))
            )
            yield Passage(title, text, f"{address}#part-{number}")
