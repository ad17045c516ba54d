"""The writer that writes nothing: it chooses sentences from a source, and quotes them.

TextRank (Mihalcea & Tarau 2004, https://aclanthology.org/W04-3252/) over the cosine of TF-IDF
vectors: a sentence is central if it is like many sentences that are central. Those that repeat one
already chosen are passed over (maximal marginal relevance, Carbonell & Goldstein 1998).
"""

from __future__ import annotations

import re
from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from yesand.newsroom.citations import MARK
from yesand.newsroom.content import Content, Writer, content
from yesand.newsroom.writing.material import Material

NAME = "TextRank over TF-IDF"
HOW = (
    "No sentence was written: each was chosen from the source by TextRank over TF-IDF, "
    "and is quoted as it stands there."
)
#: Of a very long source, the first sentences are compared; the cost grows with their square.
MOST_SENTENCES = 1_200
_DAMPING, _ROUNDS, _LIKENESS = 0.85, 60, 0.55
_END = re.compile(r"(?<=[.!?…])[\"”’)\]]*\s+(?=[^\sa-z])|(?<=[。！？])|\n+")

Floats = npt.NDArray[np.float64]


def summarise(
    given: Sequence[Material], *, title: str = "", most: int = 6, language: str = "en"
) -> Content:
    """Return an article of the most telling sentences of each source, quoted in their order."""
    sections = []
    for number, one in enumerate(given, start=1):
        quotes = [_quoted(s, number) for s in chosen(one.text, most)]
        heading = f"From: {one.source.title}" if len(given) > 1 else ""
        sections.append({"heading": heading[:200], "text": "\n\n".join(quotes)})
    names = "; ".join(m.source.publisher or m.source.title for m in given)
    return content(
        {
            "title": (title or given[0].source.title)[:200],
            "dek": f"In the words of its source: {names}"[:500],
            "sections": sections,
            "sources": [m.source.model_dump() for m in given],
            "writer": Writer.EXTRACTIVE.value,
            "model": NAME,
            "how": HOW,
            "language": language,
        }
    )


def chosen(text: str, most: int) -> list[str]:
    """Return at most so many of a text's most central sentences, in the order of the text."""
    found = sentences(text)[:MOST_SENTENCES]
    if len(found) <= most:
        return found
    like = _likeness(found)
    rank = _rank(like)
    kept = list[int]()
    for index in np.argsort(-rank, kind="stable"):
        if all(like[index, other] < _LIKENESS for other in kept):
            kept.append(int(index))
        if len(kept) == most:
            break
    return [found[index] for index in sorted(kept)]


def sentences(text: str) -> list[str]:
    """Part a text into sentences; what has fewer than four words is none."""
    parts = (" ".join(part.split()) for part in _END.split(text) if part)
    return [part for part in parts if len(re.findall(r"\w+", part)) >= 4 or _unspaced(part)]


def _unspaced(part: str) -> bool:
    return len(part) >= 8 and not part.isascii() and " " not in part


def _likeness(found: list[str]) -> Floats:
    from sklearn.feature_extraction.text import TfidfVectorizer

    try:
        vectors = TfidfVectorizer(sublinear_tf=True).fit_transform(found)
    except ValueError:  # not one word in it that can be told apart
        return np.zeros((len(found), len(found)))
    like: Floats = np.asarray((vectors @ vectors.T).todense(), dtype=np.float64)
    np.fill_diagonal(like, 0.0)
    return like


def _rank(like: Floats) -> Floats:
    """Return the stationary weights of a walk along likeness (PageRank by powers)."""
    size = len(like)
    total = like.sum(axis=1, keepdims=True)
    step = np.divide(like, total, out=np.full_like(like, 1 / size), where=total > 0)
    rank = np.full(size, 1 / size)
    for _ in range(_ROUNDS):
        rank = (1 - _DAMPING) / size + _DAMPING * (step.T @ rank)
    return rank


def _quoted(sentence: str, number: int) -> str:
    """Write a sentence as a quotation: as words, whatever Markdown or marks may stand in it."""
    bare = re.sub(r"([\\`*_{}\[\]<>#|!~])", r"\\\1", " ".join(MARK.sub("", sentence).split()))
    # What would begin a list is words here.
    bare = re.sub(r"^([-+])", r"\\\1", re.sub(r"^(\d+)([.)])", r"\1\\\2", bare))
    return f"> {bare} [{number}]"
