"""Our documentation as Heidi reads it: pages of ``library/`` (the docs), cut into sections."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

FOLDER = Path(__file__).parent / "library"
#: The pages for those who use a house; figures and decisions for those who build one stay out.
PAGES = (
    "questions",
    "for-performers",
    "for-producers",
    "for-licensees",
    "for-auditors",
    "what-it-is",
    "first-hour",
    "how-it-works",
    "reference",
    "heidi",
)
_FENCE = re.compile(r"^```.*?^```", re.M | re.S)
_LINK = re.compile(r"!?\[([^\]]*)\]\([^)]*\)")


@dataclass(frozen=True)
class Section:
    """A part of a page under one heading."""

    page: str
    heading: str
    anchor: str
    text: str


def there(page: str) -> bool:
    """Tell whether a page is among those that are shown."""
    return page in PAGES and (FOLDER / f"{page}.md").exists()


def source(page: str) -> str:
    """Return a page's Markdown."""
    return (FOLDER / f"{page}.md").read_text("utf-8")


@lru_cache(maxsize=1)
def sections() -> tuple[Section, ...]:
    """Return the sections of all pages."""
    return tuple(section for page in PAGES if there(page) for section in _cut(page, source(page)))


def _cut(page: str, markdown: str) -> list[Section]:
    found = []
    parts = re.split(r"^(#{1,4} .*)$", _FENCE.sub("", markdown), flags=re.M)
    for heading, body in zip(parts[1::2], parts[2::2], strict=True):
        title, text = heading.lstrip("# ").strip(), plain(body)
        if text:
            found.append(Section(page, plain(title), anchor(title), text))
    return found


def plain(markdown: str) -> str:
    """Return Markdown as running text."""
    text = _LINK.sub(r"\1", markdown)
    text = re.sub(r"^\|?[-:| ]+\|?$", "", text, flags=re.M)
    text = re.sub(r"^\s*([-*>]|\d+\.) ", "", text, flags=re.M).replace("|", " ")
    return " ".join(re.sub(r"[`*]|(?<!\w)_|_(?!\w)", "", text).split())


def anchor(heading: str) -> str:
    """Return a heading's anchor, as the page shows it."""
    return "-".join(re.findall(r"[a-z0-9]+", heading.lower()))
