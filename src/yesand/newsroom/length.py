"""How long an article is: words, and minutes to read them."""

from __future__ import annotations

import re
import unicodedata

from yesand.newsroom.citations import MARK
from yesand.newsroom.content import Content

#: Silent reading of English non-fiction: 238 words a minute (Brysbaert 2019,
#: doi:10.1016/j.jml.2019.104047).
PACE = 238
_WORD = re.compile(r"\w+(?:['’.\-]\w+)*")
#: Scripts that put no space between words are counted by letter, two to a word.
_UNSPACED = re.compile(r"[\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff\u0e00-\u0e7f]")


def words(content: Content) -> int:
    """Return how many words an article has, without its sources."""
    parts = [content.title, content.dek]
    for section in content.sections:
        parts += [section.heading, section.text]
    return sum(count(part) for part in parts)


def count(text: str) -> int:
    """Return how many words a text has.

    >>> count("Don't stop [2]: it's well-known.")
    4
    """
    plain = unicodedata.normalize("NFC", MARK.sub(" ", text))
    plain = re.sub(r"\]\([^)]*\)", " ", plain)
    unspaced = len(_UNSPACED.findall(plain))
    return len(_WORD.findall(_UNSPACED.sub(" ", plain))) + (unspaced + 1) // 2


def minutes(number: int) -> int:
    """Return how many minutes that many words take to read; at least one."""
    return max(1, -(-number // PACE))
