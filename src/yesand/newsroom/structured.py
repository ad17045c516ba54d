"""An article for machines: schema.org NewsArticle as JSON-LD, with IPTC's digitalSourceType."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from yesand.kernel.clock import stamp
from yesand.newsroom.content import Content, Writer
from yesand.newsroom.length import words
from yesand.newsroom.origin import source_type


@dataclass(frozen=True)
class Published:
    """What of a published article is not in its content."""

    content: Content
    address: str
    publisher: str
    home: str
    first: datetime
    last: datetime
    reviewer: str
    corrections: Sequence[tuple[datetime, str]] = ()
    image: str = ""


def news_article(one: Published) -> dict[str, Any]:
    """Return the article as a schema.org NewsArticle (JSON-LD 1.1)."""
    content = one.content
    found: dict[str, Any] = {
        "@context": "https://schema.org",
        "@type": "NewsArticle",
        "mainEntityOfPage": one.address,
        "headline": content.title,
        "description": content.dek,
        "inLanguage": content.language,
        "datePublished": stamp(one.first),
        "dateModified": stamp(one.last),
        "wordCount": words(content),
        "keywords": list(content.tags),
        "author": _author(one),
        "publisher": {"@type": "Organization", "name": one.publisher, "url": one.home},
        "digitalSourceType": source_type(content.writer, bool(one.reviewer)),
        "citation": [_source(s.title, s.url, one.home) for s in content.sources],
        "isAccessibleForFree": True,
    }
    if one.reviewer:
        found["editor"] = {"@type": "Person", "name": one.reviewer}
    if one.image:
        found["image"] = one.image
    if one.corrections:
        found["correction"] = [
            {"@type": "CorrectionComment", "text": text, "datePublished": stamp(at)}
            for at, text in one.corrections
        ]
    return found


def _author(one: Published) -> dict[str, str]:
    if one.content.writer is Writer.PERSON:
        return {"@type": "Organization", "name": one.publisher}
    name = one.content.model or one.content.writer.value
    return {"@type": "SoftwareApplication", "name": name, "description": one.content.how}


def _source(title: str, url: str, home: str) -> dict[str, str]:
    return {
        "@type": "CreativeWork",
        "name": title,
        "url": url if url.startswith("http") else home.rstrip("/") + url,
    }


def in_script(value: Any) -> str:
    """Write JSON so that no text in it can end the element around it (HTML § 4.12.1.3)."""
    text = json.dumps(value, ensure_ascii=False)
    for letter in "<>&\u2028\u2029":
        text = text.replace(letter, f"\\u{ord(letter):04x}")
    return text
