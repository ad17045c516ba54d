"""What is new, for readers' programs: RSS 2.0, Atom (RFC 4287) and JSON Feed 1.1."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.utils.feedgenerator import Atom1Feed, Rss201rev2Feed, SyndicationFeed

from yesand.kernel.clock import stamp
from yesand.newsroom.content import Content, Writer
from yesand.newsroom.origin import source_type
from yesand.newsroom.rendering import rendered

_XML: dict[str, type[SyndicationFeed]] = {"rss": Rss201rev2Feed, "atom": Atom1Feed}
TYPES = {
    "rss": "application/rss+xml; charset=utf-8",
    "atom": "application/atom+xml; charset=utf-8",
    "json": "application/feed+json",
}


@dataclass(frozen=True)
class Item:
    """One article of a feed."""

    content: Content
    address: str
    first: datetime
    last: datetime
    reviewer: str
    image: str = ""

    @property
    def author(self) -> str:
        """Who or what wrote it, as it is labelled."""
        kind = self.content.writer
        return "" if kind is Writer.PERSON else f"{self.content.model} ({kind.value})"

    @property
    def html(self) -> str:
        """The whole text, with its sources."""
        parts = []
        for section in self.content.sections:
            heading = rendered(f"## {section.heading}") if section.heading else ""
            parts.append(heading + rendered(section.text))
        return "".join(parts) + _sources(self.content, self.address)


@dataclass(frozen=True)
class Channel:
    """Whose feed it is, and where it lies."""

    title: str
    about: str
    home: str
    address: str


def xml(kind: str, channel: Channel, items: Sequence[Item]) -> str:
    """Return the feed as RSS or Atom."""
    feed = _XML[kind](
        title=channel.title,
        link=channel.home,
        description=channel.about,
        feed_url=channel.address,
        language="en",
        author_name=channel.title,
    )
    for item in items:
        feed.add_item(
            title=item.content.title,
            link=item.address,
            description=item.content.dek if kind == "rss" else item.html,
            unique_id=item.address,
            unique_id_is_permalink=True,
            pubdate=item.first,
            updateddate=item.last,
            author_name=item.author or channel.title,
            categories=item.content.tags,
        )
    text: str = feed.writeString("utf-8")
    return text


def json_feed(channel: Channel, items: Sequence[Item]) -> dict[str, Any]:
    """Return the feed after https://www.jsonfeed.org/version/1.1/."""
    return {
        "version": "https://jsonfeed.org/version/1.1",
        "title": channel.title,
        "description": channel.about,
        "home_page_url": channel.home,
        "feed_url": channel.address,
        "language": "en",
        "items": [_json(item) for item in items],
    }


def _json(item: Item) -> dict[str, Any]:
    content = item.content
    found: dict[str, Any] = {
        "id": item.address,
        "url": item.address,
        "title": content.title,
        "summary": content.dek,
        "content_html": item.html,
        "date_published": stamp(item.first),
        "date_modified": stamp(item.last),
        "tags": list(content.tags),
        "language": content.language,
        "_yes_and": {
            "about": "https://cv.iptc.org/newscodes/digitalsourcetype/",
            "digital_source_type": source_type(content.writer, bool(item.reviewer)),
            "generating_model": content.model,
            "reviewer": item.reviewer,
        },
    }
    if item.author:
        found["authors"] = [{"name": item.author}]
    if item.image:
        found["image"] = item.image
    return found


def _sources(content: Content, address: str) -> str:
    from html import escape
    from urllib.parse import urljoin

    rows = "".join(
        f'<li><a href="{escape(urljoin(address, s.url))}">{escape(s.title)}</a></li>'
        for s in content.sources
    )
    return f"<ol>{rows}</ol>" if rows else ""
