"""What has changed between two texts, word by word, for the editor's eye."""

from __future__ import annotations

import difflib
import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

from yesand.newsroom.content import Content
from yesand.newsroom.manuscript import body_of, listed

_WORDS = re.compile(r"\s+|\w+|[^\w\s]")


@dataclass(frozen=True)
class Piece:
    """A run of words that stayed, came or went."""

    change: Literal["same", "added", "removed"]
    text: str


@dataclass(frozen=True)
class Change:
    """One part of an article that differs."""

    part: str
    pieces: tuple[Piece, ...]


def changes(before: Content, after: Content) -> list[Change]:
    """Return the parts in which two versions differ, in the order of the page."""
    found = []
    for part, old, new in zip(_PARTS, _texts(before), _texts(after), strict=True):
        if old != new:
            found.append(Change(part, tuple(pieces(old, new))))
    return found


_PARTS = ("title", "summary", "tags", "label", "image", "text", "sources")


def _texts(one: Content) -> tuple[str, ...]:
    label = " · ".join(filter(None, (one.writer.value, one.model, one.how, one.language)))
    image = f"{one.image.sha256[:12]}: {one.image.alt}" if one.image else ""
    tags = ", ".join(one.tags)
    return (one.title, one.dek, tags, label, image, body_of(one.sections), listed(one.sources))


def pieces(before: str, after: str) -> list[Piece]:
    """Return two texts as one run of pieces: line by line, and word by word where lines changed."""
    old, new = before.splitlines(keepends=True), after.splitlines(keepends=True)
    found = list[Piece]()
    for same, gone, come in _runs(old, new):
        if same or max(len(gone), len(come)) > _LONG:
            found += _piece("same" if same else "removed", gone)
            found += [] if same else _piece("added", come)
            continue
        for alike, a, b in _runs(_WORDS.findall(gone), _WORDS.findall(come)):
            found += _piece("same" if alike else "removed", a)
            found += [] if alike else _piece("added", b)
    return found


#: Comparing words costs the square of their number; a longer run is shown as a whole.
_LONG = 20_000


def _runs(old: list[str], new: list[str]) -> Iterator[tuple[bool, str, str]]:
    matcher = difflib.SequenceMatcher(None, old, new, autojunk=False)
    for kind, a, b, c, d in matcher.get_opcodes():
        yield kind == "equal", "".join(old[a:b]), "".join(new[c:d])


def _piece(change: Literal["same", "added", "removed"], text: str) -> list[Piece]:
    return [Piece(change, text)] if text else []
