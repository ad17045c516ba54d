"""A citation for every claim: which paragraph names which source, and which names none.

In the text a source is named by its number in brackets, ``[2]`` or ``[1, 3]``. A paragraph that
claims nothing says so with ``[view]`` and is shown as somebody's own view.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from yesand.kernel.errors import Refused
from yesand.newsroom.content import Content

#: ``[3]``, ``[1, 3]``, or ``[view]``; a Markdown link's text is followed by ``(`` and is none.
MARK = re.compile(r"\[(?P<numbers>\d{1,3}(?:\s*,\s*\d{1,3})*)\](?!\()|\[(?P<view>view)\](?!\()")
_SENTENCE = re.compile(r"(?<=[.!?。！？؟])[\"”’)]*(?:\s*\[[\d,\s]+\])*\s+(?!\[\d)")
_FENCE = re.compile(r"^(```|~~~)")
_HEADING = re.compile(r"^#{1,6}\s")


@dataclass(frozen=True)
class Paragraph:
    """One paragraph, list or quotation of an article, and the sources that it names."""

    section: int
    text: str
    numbers: tuple[int, ...]
    is_view: bool

    @property
    def is_backed(self) -> bool:
        """It names a source, or says that it is a view."""
        return bool(self.numbers) or self.is_view


def paragraphs(content: Content) -> Iterator[Paragraph]:
    """Yield an article's paragraphs in their order; a heading or rule is none."""
    for index, section in enumerate(content.sections):
        for block in re.split(r"\n\s*\n", section.text):
            text = block.strip()
            if not text or _HEADING.match(text) or _FENCE.match(text) or not re.search(r"\w", text):
                continue
            yield Paragraph(
                index, text, tuple(cited(text)), bool(re.search(r"\[view\](?!\()", text))
            )


def cited(text: str) -> list[int]:
    """Return the numbers of the sources that a text names, each once, in their order."""
    found = (
        int(n)
        for mark in MARK.finditer(text)
        if mark["numbers"]
        for n in mark["numbers"].split(",")
    )
    return list(dict.fromkeys(found))


def unbacked(content: Content) -> list[str]:
    """Return the paragraphs that name no source."""
    return [p.text for p in paragraphs(content) if not p.is_backed]


def unknown(content: Content) -> list[int]:
    """Return the numbers that the text names and no source has."""
    named = {n for p in paragraphs(content) for n in p.numbers}
    return sorted(n for n in named if not 1 <= n <= len(content.sources))


def idle(content: Content) -> list[int]:
    """Return the numbers of sources that no paragraph names."""
    named = {n for p in paragraphs(content) for n in p.numbers}
    return [n for n in range(1, len(content.sources) + 1) if n not in named]


def thin(content: Content) -> list[str]:
    """Return the sentences without a source of their own, for the editor to look at.

    They stand in a paragraph that names one, so they do not keep an article from being published.
    """
    found = []
    for paragraph in paragraphs(content):
        if not paragraph.is_view:
            sentences = (s.strip() for s in _split(paragraph.text))
            found += [s for s in sentences if s and not cited(s)]
    return found


def _split(text: str) -> Iterator[str]:
    at = 0
    for end in _SENTENCE.finditer(text):
        yield text[at : end.end()]
        at = end.end()
    yield text[at:]


def check(content: Content) -> None:
    """Refuse an article with a claim that names no source.

    Raises
    ------
    Refused : a paragraph names no source, or one that is not there; or a source is never named.
    """
    if bare := unbacked(content):
        raise Refused(
            f"{len(bare)} of its paragraphs name no source, the first: “{_short(bare[0])}”",
            remedy="Name one, as [1], or mark the paragraph as somebody's own view with [view].",
        )
    if lost := unknown(content):
        raise Refused(f"There is no source {lost[0]}", remedy="Add it to the list of sources.")
    if spare := idle(content):
        raise Refused(
            f"Source {spare[0]} is not named in the text",
            remedy="Name it where it backs a claim, or take it off the list.",
        )


def _short(text: str) -> str:
    return text if len(text) <= 90 else f"{text[:89]}…"
