"""What a writer is given: texts, each from a source. They are read, and never obeyed."""

from __future__ import annotations

import re
from dataclasses import dataclass

from yesand.kernel.errors import BadInput
from yesand.newsroom.content import Content, Source, seen

MOST = 400_000
_FIGURE = re.compile(r"\d+(?:[.,]\d+)*")


@dataclass(frozen=True)
class Material:
    """One source with its text."""

    source: Source
    text: str


def material(title: str, publisher: str, url: str, text: str, on: str = "") -> Material:
    """Return a source with its text, made safe to look at.

    Raises
    ------
    BadInput : there is no text in it, too much of it, or the address is none.
    """
    from yesand.newsroom.content import content

    shown = seen(text).strip()
    if not re.search(r"\w", shown):
        raise BadInput("There is no text in the source", remedy="Paste the words to summarise.")
    if len(shown) > MOST:
        raise BadInput(
            f"The source has {len(shown):,} characters; {MOST:,} are read at most",
            remedy="Give the part that matters.",
        )
    named = {"title": title.strip(), "publisher": publisher.strip(), "url": url.strip(), "on": on}
    probe = content({"title": "x", "sections": [{"text": "x"}], "sources": [named]})
    return Material(probe.sources[0], shown)


def figures_not_in(content: Content, given: list[Material]) -> list[str]:
    """Return the numbers in an article that none of its sources' texts has, for the editor."""
    known = {n for m in given for n in _FIGURE.findall(m.text)}
    told = " ".join(re.sub(r"\[[\d,\s]+\]", " ", s.text) for s in content.sections)
    return list(dict.fromkeys(n for n in _FIGURE.findall(told) if n not in known))
