"""An article as a page shows it: its parts rendered, its length, its label."""

from __future__ import annotations

from dataclasses import dataclass
from urllib.parse import urlsplit

from yesand.newsroom.content import Content, Source
from yesand.newsroom.length import minutes, words
from yesand.newsroom.rendering import plain, rendered


@dataclass(frozen=True)
class Shown:
    """One section, rendered."""

    heading: str
    anchor: str
    html: str


@dataclass(frozen=True)
class Named:
    """One source, with its number and the host that its address is of."""

    number: int
    source: Source

    @property
    def host(self) -> str:
        """Whose page it is, for the eye."""
        return urlsplit(self.source.url).netloc.removeprefix("www.")


@dataclass(frozen=True)
class Page:
    """One version of an article, to be shown."""

    content: Content

    @property
    def sections(self) -> list[Shown]:
        """Its sections, rendered."""
        return [
            Shown(s.heading, f"part-{n}", rendered(s.text))
            for n, s in enumerate(self.content.sections, start=1)
        ]

    @property
    def sources(self) -> list[Named]:
        """Its sources, numbered."""
        return [Named(n, s) for n, s in enumerate(self.content.sources, start=1)]

    @property
    def words(self) -> int:
        """How many words it has."""
        return words(self.content)

    @property
    def minutes(self) -> int:
        """How many minutes it takes to read."""
        return minutes(self.words)

    @property
    def text(self) -> str:
        """All of it as plain words, to be searched."""
        parts = [self.content.dek]
        for section in self.content.sections:
            parts += [section.heading, plain(section.text)]
        return "\n\n".join(part for part in parts if part)
