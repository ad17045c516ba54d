"""No figure that is not in the records: a language model's words, watched as they come."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

_DIGITS = re.compile(r"\d+(?:[.,:\-/]\d+)*")
#: What stands where a figure stood that no record has.
WITHHELD = "[…]"
_BOUNDARY = re.compile(r"\s")


def figures(text: str) -> frozenset[str]:
    """Return every figure of a text, without thousands' commas."""
    return frozenset(_bare(f) for f in _DIGITS.findall(text))


def _bare(figure: str) -> str:
    return figure.replace(",", "").rstrip(".:-/")


def checked(pieces: Iterable[str], known: frozenset[str]) -> Iterator[str]:
    """Yield a text word by word as its pieces come, every figure that is not known withheld."""
    held = ""
    for piece in pieces:
        held += piece
        while found := _BOUNDARY.search(held):
            yield _word(held[: found.end()], known)
            held = held[found.end() :]
    if held:
        yield _word(held, known)


def _word(word: str, known: frozenset[str]) -> str:
    return _DIGITS.sub(lambda f: f[0] if _bare(f[0]) in known else WITHHELD, word)
