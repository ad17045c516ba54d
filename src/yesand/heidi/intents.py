"""What a person may want of Heidi: a closed list."""

from __future__ import annotations

import re
from enum import StrEnum


class Intent(StrEnum):
    """One thing that she can do; ``OTHER`` is whatever she was not taught."""

    HELP = "help"
    ACCOUNT = "account"
    AGREEMENTS = "agreements"
    CLAUSE = "clause"
    TAKES = "takes"
    MODELS = "models"
    BALANCE = "balance"
    CHANGE = "change"  # why the balance changed
    STATEMENTS = "statements"
    INVOICES = "invoices"
    DISPUTES = "disputes"
    CLOSING = "closing"
    MEETINGS = "meetings"
    BOOK = "book"
    MOVE = "move"
    CANCEL = "cancel"
    WITHDRAW = "withdraw"
    HUMAN = "human"
    OTHER = "other"


#: A sentence that begins with such a verb means just that, whatever else it names.
_VERB = re.compile(
    r"\W*(?:please )?(?:i (?:want|wish|would like) to |i'd like to |can you )?(?:please )?"
    r"(move|reschedule|postpone|withdraw)\b"
)
#: Who did it is asked of the list of withdrawals.
WHO_WITHDREW = re.compile(r"\W*who (?:has |have |ever |just )*(?:withdrew|withdrawn)\b")
#: What is withdrawn at a bank.
_CASH = re.compile(r"\b(money|cash|funds|euros?|eur|dollars?|amount|atm|savings)\b|[€$]")


def corrected(guess: Intent, text: str) -> Intent:
    """Return what is meant where the verb says it and the router was led astray by the rest.

    >>> corrected(Intent.TAKES, "Withdraw only my sad takes").value
    'withdraw'
    >>> corrected(Intent.OTHER, "Withdraw 50 euros").value
    'other'
    >>> corrected(Intent.BOOK, "Move the performance with Ada to Friday").value
    'move'
    >>> corrected(Intent.OTHER, "Who has withdrawn?").value
    'withdraw'
    """
    plain = text.lower()
    if guess is Intent.OTHER and WHO_WITHDREW.match(plain) and not _CASH.search(plain):
        return Intent.WITHDRAW
    found = _VERB.match(plain)
    if found is None:
        return guess
    if found[1] == "withdraw":
        astray = guess in (Intent.OTHER, Intent.TAKES, Intent.CLAUSE, Intent.AGREEMENTS)
        return Intent.WITHDRAW if astray and not _CASH.search(plain) else guess
    return Intent.MOVE if guess in (Intent.BOOK, Intent.MEETINGS) else guess
