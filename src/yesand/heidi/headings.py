"""Questions that our own documentation asks in a heading: there the answer stands whole."""

from __future__ import annotations

import re
from collections.abc import Iterable

from yesand.heidi.documents import Section
from yesand.heidi.intents import WHO_WITHDREW
from yesand.heidi.search import terms

#: A heading asks the same if it and the question share this part of all their words.
ALIKE = 0.75
_ASKS = re.compile(
    r"\s*(what|how|who|why|when|where|which|can|may|must|am|is|are|do|does|define|explain|meaning)\b"
)
_GERMAN = re.compile(
    r"\s*(was|wie|wer|wem|wen|warum|wieso|weshalb|wann|wo|woher|wofür|wonach|welche[rmns]?|kann|"
    r"darf|muss|ist|sind|werde|erklär\w*|definier\w*)\b"
)
#: To ask how one does a thing is to ask how it is done.
_HOW = re.compile(r"\bhow (do|can|would|should|could|shall|am|are) (i|we)\b|\bhow to\b")
#: Other words for the same, in a question and in a heading alike.
_SAME = (
    (re.compile(r"\bbank (account|data)\b|\bibans?\b|\baccount number\b"), "bank details"),
    (re.compile(r"\b(enter|put|type|fill) (in )?"), "give "),
    (re.compile(r"\brecord (a|my|the) (scene|take)s?\b"), "record"),
    (re.compile(r"\bwithout (an |the |any )?(internet|network|connection)\b"), "offline"),
    (re.compile(r"\bwithdrew\b"), "has withdrawn"),
)
_PERSONAL = re.compile(r"\b(i|i'm|i've|me|my|mine|we|us|our|ours)\b")


def asked(question: str, parts: Iterable[Section], german: bool = False) -> Section | None:
    """Return the part whose heading asks the same question, if there is one.

    Parameters
    ----------
    german : the question and the headings are German.

    >>> from yesand.heidi.documents import sections
    >>> asked("what's reliance?", sections()).heading
    'What is reliance?'
    >>> asked("show me ada's reliance", sections()) is None
    True
    >>> asked("Was ist denn ein Manifest?", sections("de"), german=True).heading
    'Was ist ein Manifest?'
    """
    plain = question.lower().replace("’", "'")
    wanted = _said(plain.replace("'s ", " "), german)
    if not wanted or not (_GERMAN if german else _ASKS).match(plain):
        return None
    scored = [(_alike(wanted, _said(part.heading.lower(), german)), part) for part in parts]
    best = max(scored, key=lambda pair: pair[0], default=None)
    return best[1] if best and best[0] >= ALIKE else None


def personal(question: str) -> bool:
    """Tell whether a question is about who asks it, and not how something is done or what it is."""
    return bool(_PERSONAL.search(_HOW.sub(" ", question.lower())))


def of_records(question: str) -> bool:
    """Tell whether records answer a question, and a heading that asks it only explains them.

    >>> of_records("Who withdrew?"), of_records("How do I withdraw?")
    (True, False)
    """
    return personal(question) or bool(WHO_WITHDREW.match(question.lower()))


def _said(plain: str, german: bool) -> set[str]:
    for other, word in _SAME:
        plain = other.sub(word, plain)
    return set(terms(plain, german))


def _alike(one: set[str], other: set[str]) -> float:
    return len(one & other) / len(one | other) if other else 0.0
