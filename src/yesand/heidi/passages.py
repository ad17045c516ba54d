"""What the assistant may answer from in this room: our documentation."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from django.urls import reverse
from django.utils.translation import get_language

from yesand.heidi.documents import ENGLISH, sections
from yesand.people.sight import Request


@dataclass(frozen=True)
class Passage:
    """A piece of text with where it stands."""

    title: str
    text: str
    url: str


def passages(request: Request) -> Iterator[Passage]:
    """Yield every section of the documentation, in the reader's language; everybody may read it."""
    for section in sections(get_language() or ENGLISH):
        address = reverse("help_page", args=[section.page])
        yield Passage(section.heading, section.text, f"{address}#{section.anchor}")
