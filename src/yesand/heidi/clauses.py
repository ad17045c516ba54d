"""Which clauses of an agreement a question is about, and how a clause reads without its value."""

from __future__ import annotations

import re
from dataclasses import dataclass

from yesand.heidi.search import terms as _terms

#: Field of the terms (an agreement's clauses end in its name) → what people call it.
_CALLED = {
    "use_classes": "make systems kind recognition recogniser synthesis generator generate clone "
    "replica copy test emotion game",
    "purposes": "purpose purposes research commercial voice assistant games films "
    "entertainment health "
    "advertising advert adverts education recognition what for",
    "banned_purposes": "never banned forbidden forbid excluded exclude political politics adult "
    "workplace work education advertising campaigns ruled",
    "approval_per_use": "ask asked approval approve each time clone cloned cloning copy "
    "copied imitate "
    "replica replicas replicate recognisable likeness synthetic voice",
    "modalities": "voice face body video channel channels likeness image film",
    "materials": "form raw recordings features measurements handed",
    "territories": "territory territories country countries where abroad world europe "
    "germany france "
    "italy china america usa outside",
    "commercial": "commercial commercially sell selling sold money product products advertising",
    "exclusive": "exclusive exclusively exclusivity others studio bound free",
    "onward_licensing": "pass passed sublicense onward third parties share hand resell "
    "someone else",
    "valid_from": "begin begins start starts from since",
    "valid_until": "end ends until expire expires how long run",
    "train_until": "training train until after deadline",
    "suspended_in_strike": "strike strikes",
    "pay": "pay paid payment payments money fee fees session price request second "
    "revenue share royalty royalties pool split "
    "shared minimum guaranteed pension health fund contribution real-time realtime rate",
    "withdrawing": "withdraw withdrawal withdrew delete deleted deletion erase recordings retrain "
    "retrained retraining retire stop days notify told soon",
    "notice_days": "notice period terminate termination ending",
    "credit": "credit credits credited named name mentioned",
    "no_derogatory_use": "derogatory mock mocking degrade respect insult",
    "third_party_training_notice": "told notice third party company trains informed",
    "security": "security secure kept stored encrypted safe protection",
    "report_every_months": "report reports often month",
    "post_mortem": "death die dead died dies estate heirs",
    "minor": "age minor minors child",
    "represented_by": "represented represents union agent lawyer guardian advised",
    "corpus": "public corpus collection",
    "corpus_licence": "licence license",
    "attribution": "source attribution",
    "share_alike": "alike",
    "trial": "trial",
}
#: Who says one of these asks about that clause, whatever else is said.
_PURPOSES = frozenset(
    _terms(
        "advertising advert adverts advertisement commercials research games entertainment health "
        "education politics political adult workplace"
    )
)
_DECISIVE = {
    "withdrawing": frozenset(_terms("withdraw withdrawal withdrew withdrawn")),
    "purposes": _PURPOSES,
    "banned_purposes": _PURPOSES,
}
#: Words of every such question, which are no clause's.
_ANYWHERE = frozenset(_terms("agreement contract clause paragraph section say says said"))
#: Words that elsewhere say nothing, and here name a clause.
_TELLING = frozenset("where long".split())
_WORD = re.compile(r"[^\W_]+")


def terms(text: str) -> list[str]:
    """Return the words of a question or a clause that tell clauses apart."""
    telling = [w for w in _WORD.findall(text.lower()) if w in _TELLING]
    return [t for t in [*_terms(text), *telling] if t not in _ANYWHERE]


_WORDS = {field: frozenset(terms(words)) for field, words in _CALLED.items()}
_CLAUSE = re.compile(r"(\d+)\. ([^.]+)\. (.*) \[(\w+) = .*\]\Z", re.S)


@dataclass(frozen=True)
class Clause:
    """One numbered clause of a signed text."""

    number: int
    title: str
    says: str
    field: str


def clauses(text: str) -> list[Clause]:
    """Return the numbered clauses of an agreement's text."""
    found = (_CLAUSE.match(part.strip()) for part in text.split("\n\n"))
    return [Clause(int(f[1]), f[2], f[3], f[4]) for f in found if f]


def about(question: str, among: list[Clause], most: int = 2) -> list[Clause]:
    """Return the clauses that a question is about, the best first; none if it names nothing."""
    if told := re.search(
        r"\b(?:clause|paragraph|section|number|no\.?) (\d{1,2})\b", question.lower()
    ):
        return [c for c in among if c.number == int(told[1])]
    wanted = set(terms(question))
    scored = [(_fits(wanted, clause), clause) for clause in among]
    best = sorted((pair for pair in scored if pair[0] > 0), key=lambda p: (-p[0], p[1].number))
    return [c for score, c in best[:most] if score >= 0.6 * best[0][0]]


def _fits(wanted: set[str], clause: Clause) -> float:
    """Return how well a clause fits: what it is called counts more than what it says."""
    called = len(wanted & _WORDS.get(clause.field, frozenset()))
    title = len(wanted & set(terms(clause.title)))
    says = len(wanted & set(terms(clause.says)))
    decisive = bool(wanted & _DECISIVE.get(clause.field, frozenset()))
    return 2 * called + 2 * title + 0.5 * says + 5 * decisive
