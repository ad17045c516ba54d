"""Finding the passage that answers: BM25 over passages in memory.

Terms are joined by OR, each counting by how rare it is (Robertson & Zaragoza 2009, k1 = 1.2,
b = 0.75). It is our own thirty lines rather than SQLite's FTS5 and PostgreSQL's full text, for
these rank differently, and the same question must get the same answer on both. A question whose
weightier words no passage holds has no answer here, and that is said.
"""

from __future__ import annotations

import math
import re
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache
from typing import Protocol

K1, B = 1.2, 0.75
#: A passage answers if it holds this part of the weight of the question's words.
COVERED = 0.6
#: A title says what a passage is about: its words count this often.
TITLE = 3
_STOP = frozenset(
    "a about all am an and any are as at be been but by can could did do does doing for from get "
    "give had has have he her here hers him his how i if in into is it its just let like may me "
    "might mine much must my need no not of on or our ours out please shall she should so some "
    "such tell than that the their them then there these they this those through to too up us "
    "very want was we were what when where which who whom why will with would you your yours "
    "explain mean means work works happen happens thing things".split()
)
#: The same in German. What English has as well ("die", "also") is told apart by the language.
_GERMAN = frozenset(
    "aber alle allem allen aller alles als am an auch auf aus bei bin bis bitte da dann darf dass "
    "das dein deine dem den der des die dies diese dieser dieses doch du ein eine einem einen "
    "einer eines er es etwas euch für geben genau gibt hab habe haben hat hier hätte ich ihm ihn "
    "ihnen ihr ihre ihrem ihren ihrer im in ist ja jetzt kann kein keine können könnte man mein "
    "meine meinem meinen meiner mich mir mit muss müssen möchte nach nicht noch nur ob oder "
    "schon sehr sein seine sich sie sind so soll sollte tun tut um und uns unser unsere unter vom "
    "von vor wann war warum was welche welchem welchen welcher welches wem wen wenn wer werde "
    "werden weshalb wie wieso will wir wird wo wofür wollen woher wohin wurde wurden würde zu zum "
    "zur über denn eigentlich bedeutet bedeuten heißt heissen erkläre erklären geht machen macht "
    "passiert geschieht the a is what how my".split()
)
_WORD = re.compile(r"[^\W_]+")
_GERMAN_ENDINGS = ("ungen", "enen", "ung", "ern", "est", "em", "en", "er", "es", "e", "n", "s", "t")
_ENDINGS = (
    "ations",
    "ation",
    "ings",
    "ing",
    "ies",
    "ied",
    "edly",
    "ed",
    "es",
    "als",
    "al",
    "s",
    "ly",
    "e",
    "y",
)


class Passage(Protocol):
    """A piece of text with where it stands, as any room offers it."""

    @property
    def title(self) -> str:
        """What it is about."""

    @property
    def text(self) -> str:
        """The text."""

    @property
    def url(self) -> str:
        """The address of the page where it stands."""


@dataclass(frozen=True)
class Hit:
    """A passage that may answer, and how well."""

    passage: Passage
    score: float
    covered: float


def stem(word: str, german: bool = False) -> str:
    """Return a word without its ending, coarsely: withdrawals and withdrawal are one."""
    for ending in _GERMAN_ENDINGS if german else _ENDINGS:
        if word.endswith(ending) and len(word) - len(ending) >= 4:
            return word.removesuffix(ending)
    return word


def terms(text: str, german: bool = False) -> list[str]:
    """Return the words of a text that say something, without their endings."""
    words, stop = (w.lower() for w in _WORD.findall(text)), _GERMAN if german else _STOP
    return [stem(w, german) for w in words if w not in stop and (len(w) > 1 or w.isdigit())]


@lru_cache(maxsize=8192)
def _counted(title: str, text: str, german: bool) -> tuple[Counter[str], int]:
    """Return how often a passage has each term, and how long it is (kept: documents stay)."""
    counted = Counter(terms(text, german))
    length = sum(counted.values())
    for term in terms(title, german):
        counted[term] += TITLE
    return counted, length


def search(
    question: str, passages: Iterable[Passage], most: int = 3, german: bool = False
) -> list[Hit]:
    """Return the passages that answer a question, the best first; none if nothing does.

    Parameters
    ----------
    german : the question is German: its words, and those of passages, are read as German ones.
    """
    wanted = list(dict.fromkeys(terms(question[:400], german)))
    shelf = [(p, *_counted(p.title, p.text, german)) for p in passages]
    if not wanted or not shelf:
        return []
    weights = {t: _weight(sum(t in counts for _, counts, _ in shelf), len(shelf)) for t in wanted}
    mean = sum(length for *_, length in shelf) / len(shelf) or 1.0
    hits = [
        Hit(p, _score(counts, length / mean, weights), _covered(counts, weights))
        for p, counts, length in shelf
    ]
    good = [h for h in hits if h.covered >= COVERED]
    return sorted(good, key=lambda h: (-h.score, h.passage.url, h.passage.title))[:most]


def _weight(having: int, among: int) -> float:
    return math.log(1 + (among - having + 0.5) / (having + 0.5))


def _score(counts: Counter[str], length: float, weights: dict[str, float]) -> float:
    longer = K1 * (1 - B + B * length)
    return sum(w * counts[t] * (K1 + 1) / (counts[t] + longer) for t, w in weights.items())


def _covered(counts: Counter[str], weights: dict[str, float]) -> float:
    return sum(w for t, w in weights.items() if counts[t]) / sum(weights.values())


def excerpt(text: str, question: str, longest: int = 420) -> str:
    """Return a short passage whole; of a long one, from the sentence that fits best."""
    if len(text) <= longest:
        return text
    wanted = set(terms(question))
    sentences = re.split(r"(?<=[.!?])\s+", " ".join(text.split()))
    best = max(range(len(sentences)), key=lambda n: (_shared(sentences[n], wanted), -n))
    chosen = sentences[best]
    for sentence in sentences[best + 1 :]:
        if len(chosen) + len(sentence) > longest:
            break
        chosen = f"{chosen} {sentence}"
    return shortened(chosen, longest)


def shortened(text: str, longest: int = 700) -> str:
    """Return a text, or its beginning up to a whole word."""
    return text if len(text) <= longest else f"{text[:longest].rsplit(' ', 1)[0]} …"


def _shared(sentence: str, wanted: set[str]) -> int:
    return len(wanted & set(terms(sentence)))
