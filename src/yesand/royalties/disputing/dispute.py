"""What may be said in a dispute of one line, by whom, and what of the line is held meanwhile.

A dispute is its words, each signed by the party that says it; how it stands follows from them.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import timedelta
from enum import StrEnum
from typing import Any

from yesand.kernel.errors import Refused
from yesand.royalties.ledger import (
    Draft,
    Side,
    Verb,
    held_account,
    performer_account,
    undone,
)

PAYLOAD_TYPE = "application/vnd.yes-and.dispute+json"
#: How long the producer has to answer, and to decide, from when a word waits for one.
ANSWER_WITHIN, DECIDE_WITHIN = timedelta(days=14), timedelta(days=30)
#: How long one word may be.
LONGEST = 2_000
#: How the ids of all transactions of disputes begin.
PREFIX = "dispute."


class Word(StrEnum):
    """What is said: a closed list."""

    OPENED = "opened"  # the performer: this line is wrong
    ANSWERED = "answered"  # the producer, without deciding yet
    REPLIED = "replied"  # the performer, to an answer
    UPHELD = "upheld"  # the producer: it is wrong, and names the correction that is due
    REJECTED = "rejected"  # the producer: it is right, and why
    WITHDRAWN = "withdrawn"  # the performer


class State(StrEnum):
    """How a dispute stands."""

    OPEN = "open"
    ANSWERED = "answered"
    UPHELD = "upheld"
    REJECTED = "rejected"
    WITHDRAWN = "withdrawn"


PERFORMERS = frozenset({Word.OPENED, Word.REPLIED, Word.WITHDRAWN})
#: In these the line's amount is held.
HOLDING = frozenset({State.OPEN, State.ANSWERED})
_AFTER = {
    Word.OPENED: State.OPEN,
    Word.ANSWERED: State.ANSWERED,
    Word.REPLIED: State.OPEN,
    Word.UPHELD: State.UPHELD,
    Word.REJECTED: State.REJECTED,
    Word.WITHDRAWN: State.WITHDRAWN,
}
_ENDS = frozenset({Word.UPHELD, Word.REJECTED, Word.WITHDRAWN})
_MAY_FOLLOW = {
    State.OPEN: _ENDS | {Word.ANSWERED},
    State.ANSWERED: _ENDS | {Word.REPLIED},
}


def standing(words: Iterable[str]) -> State:
    """Return how a dispute stands after its words, in their order (at least the first)."""
    return _AFTER[Word(list(words)[-1])]


def next_words(state: State) -> frozenset[Word]:
    """Return what may be said next; nothing once it is decided or withdrawn."""
    return _MAY_FOLLOW.get(state, frozenset())


def check_next(state: State, word: Word) -> None:
    """Check that a word may follow.

    Raises
    ------
    Refused : it may not, and why.
    """
    if word not in next_words(state):
        over = state not in HOLDING
        raise Refused(
            f"This dispute is {state}",
            where=word.value,
            remedy="Dispute the line anew, if there is a new reason." if over else "",
        )


def held_part(line: int, owed: int, later: int) -> int:
    """Return how much of a line can be held: what of it was not paid out before, in micro-units.

    Payouts pay the oldest earnings first, so what later statements earned is never touched.

    Parameters
    ----------
    line : the line's amount. owed : what the payee's account holds now.
    later : what statements after this one have earned of it.
    """
    return max(0, min(line, owed - max(0, later)))


def held_draft(dispute: str, handle: str, currency: str, micro: int) -> Draft | None:
    """Return what opening a dispute posts: from what is payable to what waits, held."""
    if not micro:
        return None
    own, held = performer_account(handle), held_account(handle)
    sides = Side(own, currency, micro), Side(held, currency, -micro)
    return Draft(*_named("held", dispute), sides, Verb.PENDING)


def released_draft(dispute: str, handle: str, currency: str, micro: int) -> Draft | None:
    """Return what ending a dispute posts: its hold made void."""
    held = held_draft(dispute, handle, currency, micro)
    return undone(held, *_named("released", dispute)) if held else None


def _named(what: str, dispute: str) -> tuple[str, str]:
    return f"{PREFIX}{what}.{dispute[:40]}", f"dispute {dispute[:12]}: {what}"


def payload(
    *,
    word: str,
    number: int,
    before: str | None,
    statement: str,
    line: int,
    currency: str,
    held_micro: int,
    hand: dict[str, Any],
    said: str,
    at: str,
    due: str | None,
    nonce: str,
) -> dict[str, Any]:
    """Return what is signed of one word.

    Parameters
    ----------
    statement : its digest. line : which of its lines, from 0.
    before : the digest of the word before. due : by when the producer has to speak.
    nonce : of the dispute, so that nobody can guess its words from their digests in the log.
    """
    return {
        "at": at,
        "before": before,
        "currency": currency,
        "due": due,
        "hand": hand,
        "held_micro": held_micro,
        "line": line,
        "nonce": nonce,
        "number": number,
        "said": said,
        "statement": statement,
        "word": word,
    }
