"""Our documentation as Heidi reads it: pages of ``library/`` (the docs), cut into sections.

Some pages are there in another language too (``library/de/``). They have the same headings in the
same order, and so the same anchors: a link leads to the same section in every language.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

FOLDER = Path(__file__).parent / "library"
ENGLISH = "en"
#: The languages into which pages are translated, each in a folder of its name.
LANGUAGES = ("de",)
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


def language_of(page: str, wanted: str) -> str:
    """Return the language in which a page is shown to whoever reads ``wanted`` (``de``, ``de-at``).

    >>> language_of("questions", "de"), language_of("reference", "de"), language_of("../x", "de")
    ('de', 'en', 'en')
    """
    language = wanted.partition("-")[0].lower()
    known = language in LANGUAGES and page in PAGES
    return language if known and (FOLDER / language / f"{page}.md").exists() else ENGLISH


def source(page: str, language: str = ENGLISH) -> str:
    """Return a page's Markdown; in English if it is not there in that language."""
    found = language_of(page, language)
    folder = FOLDER if found == ENGLISH else FOLDER / found
    return (folder / f"{page}.md").read_text("utf-8")


@lru_cache(maxsize=4)
def sections(language: str = ENGLISH) -> tuple[Section, ...]:
    """Return the sections of all pages, each page in that language if it is there in it."""
    return tuple(part for page in PAGES if there(page) for part in _cut(page, language))


def anchors(page: str) -> list[str]:
    """Return the anchors of a page's headings in their order, in whichever language it is read."""
    parts = _parts(source(page))[1::2]
    return [anchor(heading.lstrip("# ").strip()) for heading in parts]


def _parts(markdown: str) -> list[str]:
    """Cut a page at its headings: what stands before, heading, body, heading, body …"""
    return re.split(r"^(#{1,4} .*)$", _FENCE.sub("", markdown), flags=re.M)


def _cut(page: str, language: str) -> list[Section]:
    parts = _parts(source(page, language))
    named = zip(parts[1::2], parts[2::2], anchors(page), strict=True)
    told = [
        (plain(heading.lstrip("# ").strip()), where, plain(body)) for heading, body, where in named
    ]
    return [Section(page, title, where, text) for title, where, text in told if text]


def plain(markdown: str) -> str:
    """Return Markdown as running text."""
    text = _LINK.sub(r"\1", markdown)
    text = re.sub(r"^\|?[-:| ]+\|?$", "", text, flags=re.M)
    text = re.sub(r"^\s*([-*>]|\d+\.) ", "", text, flags=re.M).replace("|", " ")
    return " ".join(re.sub(r"[`*]|(?<!\w)_|_(?!\w)", "", text).split())


def anchor(heading: str) -> str:
    """Return a heading's anchor, as the page shows it."""
    return "-".join(re.findall(r"[a-z0-9]+", heading.lower()))
