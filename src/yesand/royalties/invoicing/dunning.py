"""Which reminder of an unpaid invoice is due, and how an invoice stands."""

from __future__ import annotations

from datetime import date, timedelta
from enum import StrEnum


class Level(StrEnum):
    """How often its licensee was written to."""

    REMINDED = "reminded"
    SECOND = "second reminder"
    FINAL = "final notice"


#: After how many days past its day each is sent, in their order.
AFTER = {
    Level.REMINDED: timedelta(days=7),
    Level.SECOND: timedelta(days=21),
    Level.FINAL: timedelta(days=35),
}


class Standing(StrEnum):
    """How an invoice stands."""

    OPEN = "open"
    DUE = "due"
    REMINDED = "reminded"
    SECOND = "second reminder"
    FINAL = "final notice"
    PAID = "paid"
    CREDIT = "credit note"


def next_level(due: date, sent: frozenset[Level], today: date) -> Level | None:
    """Return the reminder to send now: the next of those not sent, if its time has come.

    One at a time, however late it is: nobody gets a final notice as the first letter.
    """
    level = next((each for each in Level if each not in sent), None)
    if level is None or today < due + AFTER[level]:
        return None
    return level


def standing(due: date, open_minor: int, sent: frozenset[Level], today: date) -> Standing:
    """Return how an invoice stands."""
    if open_minor <= 0:
        return Standing.PAID
    last = [each for each in Level if each in sent]
    if last:
        return Standing(last[-1].value)
    return Standing.DUE if today > due else Standing.OPEN
