"""What the desk is asked that no phrase teaches: told by the house's own words for it.

The router knows what most people ask. What an accountant asks has words of its own ("trial
balance", "escrow"), which mean one thing whoever says them: so it is read from them, after the
router's guess, and never where that guess is an act or a clause of an agreement.
"""

from __future__ import annotations

import re
from enum import StrEnum
from typing import TypeAlias

from yesand.heidi.intents import Intent


class Topic(StrEnum):
    """One thing of the desk's that she can tell about."""

    PAYOUTS = "payouts"
    ESCROW = "escrow"
    MISSING = "missing"  # what of a month's usage is not there, and what was estimated
    BOOKS = "books"  # the trial balance, and whether all agrees
    RECEIVABLES = "receivables"
    EXCEPTIONS = "exceptions"
    AUDITS = "audits"
    PRICES = "prices"
    SUPPOSED = "supposed"  # what a bill would be


#: Whatever has a tool.
Named: TypeAlias = Intent | Topic

_WHAT_IF = (
    r"\b(what if|what would|how much would|what happens if)\b.*"
    r"\b(our|the|your) (price|prices|bill|bills|invoice|invoices|usage)\b"
    r"|\b(what|how much) would we (owe|pay|be billed)\b|\bwould .*\bcost,? if the price\b"
)
_BOOKS = (
    r"\btrial balance\b|\breconciled\b|\breconciliation\b|\b(show|open|see) (me )?the books\b"
    r"|\bledger\b.*\b(agree|balance|match|add up)\w*"
    r"|\b(the|our) books\b.*\b(balance|balanced|add up)\b"
)
_UNPAID = r"\bwhy\b.*(\bnot\b|n't\b|\bnever\b|\bnobody\b).*\b(paid|pay)\b"
_RUNS = r"\b(pay ?out|pay|payment) runs?\b|\brun [a-z]{3}-\d+\b"
_PRICES = (
    r"\btariffs?\b|\bprice lists?\b"
    r"|\b(price|cost|rate)s? (of|for|per) (a |one )?(request|inference|usage|output.second)"
    r"|\bwhat does (a|one) request cost\b"
    r"|\b(which|what|the) (rate|rates|prices) (is|are) in force\b"
)
_RECEIVABLES = r"\breceivables?\b|\bwho owes (us|the house)\b"
_AUDITS = (
    r"\bpay audits?\b|\baudits?( \w+)? of (my |our |the )?pay\b|\baudited my (pay|statements)\b"
)
#: So much of a message is looked at: patterns that look ahead are slow on what nobody would write.
_READ = 400
#: In their order: the first that is said holds.
_SAID = tuple(
    (topic, re.compile(words))
    for topic, words in (
        (Topic.SUPPOSED, _WHAT_IF),
        (Topic.BOOKS, _BOOKS),
        (Topic.ESCROW, r"\bescrow\b|\b(unmatched|unclaimed)\b|\bclaim\w*\b.*\b(usage|use)\b"),
        (Topic.RECEIVABLES, _RECEIVABLES),
        (Topic.EXCEPTIONS, r"\bexceptions?\b|\bneeds (a person|somebody to see to it)\b"),
        (Topic.AUDITS, _AUDITS),
        (Topic.MISSING, r"\bestimat\w+|\battest\w*|\b(usage|use)\b.*\b(missing|lacking)\b"
                        r"|\b(missing|lacking)\b.*\b(usage|use)\b"),
        (Topic.PRICES, _PRICES),
        (Topic.PAYOUTS, rf"{_RUNS}|{_UNPAID}|\bpay ?outs?\b"),
    )
)  # fmt: skip
#: What is asked of these is asked of them, whatever else the sentence names.
_NEVER = frozenset(
    {Intent.WITHDRAW, Intent.BOOK, Intent.MOVE, Intent.CANCEL, Intent.MEETINGS, Intent.TAKES,
     Intent.HUMAN, Intent.HELP}
)  # fmt: skip
#: It is about a paper, or asks to have something explained: documents answer that.
_PAPER = re.compile(
    r"\b(agreements?|contracts?|clauses?|threshold|bank details|iban|disputed?|my terms)\b"
)
_EXPLAIN = re.compile(
    r"\W*(how (do|does|is|are|can)|explain|what( is|'s| are) an?)\b|\W*what (do|does)\b.*\bmean\b"
)
#: Of these guesses only what is told here: the rest is what the router took it for.
_ONLY = {
    Intent.CHANGE: re.compile(rf"{_UNPAID}|{_WHAT_IF}"),
    Intent.CLAUSE: re.compile(_WHAT_IF),
    Intent.CLOSING: re.compile(r"\bestimat|\bexceptions?\b|\btrial balance\b|\breconcil"),
    Intent.STATEMENTS: re.compile(rf"{_BOOKS}|{_UNPAID}|{_RUNS}|\bestimat"),
    Intent.ACCOUNT: re.compile(rf"\battest|\bescrow\b|\btariffs?\b|\bexceptions?\b|{_RUNS}"),
}


def topic(guess: Intent, text: str) -> Named:
    """Return what of the desk's a sentence is about, or else what was guessed.

    >>> topic(Intent.BALANCE, "Show the trial balance").value
    'books'
    >>> topic(Intent.CHANGE, "Why was I not paid?").value
    'payouts'
    >>> topic(Intent.OTHER, "How does a payout run work?").value
    'other'
    >>> topic(Intent.CLAUSE, "Is there an exception in my agreement?").value
    'clause'
    """
    plain = text[:_READ].lower().replace("’", "'")
    if guess in _NEVER or _PAPER.search(plain):
        return guess
    only = _ONLY.get(guess)
    if only is not None and not only.search(plain):
        return guess
    found = next((about for about, words in _SAID if words.search(plain)), None)
    if found is Topic.MISSING and re.search(r"\b(reliance|shares?)\b", plain):
        return guess  # shares are estimates, too
    if found is None or (guess is Intent.OTHER and _outside(found, plain)):
        return guess
    return found


def _outside(found: Topic, plain: str) -> bool:
    """Tell whether what the router turned away stays away."""
    explains = found is not Topic.SUPPOSED and _EXPLAIN.match(plain) is not None
    return explains or (found is Topic.PAYOUTS and not re.search(_RUNS, plain))


def named(name: str) -> Named:
    """Return what has a tool by its name.

    Raises
    ------
    ValueError : nothing has.
    """
    return Topic(name) if name in set(Topic) else Intent(name)
