"""What each step of a payout posts. Steps only add; none changes what another posted.

=========  =============================  =====================================================
step       debit                          credit
=========  =============================  =====================================================
pending    the payee's account            ``clearing``: on its way
booked     ``clearing``                   ``bank``: the bank says that it has left
void       ``clearing``                   the payee's account: it never left
returned   ``bank``                       the payee's account: it left, and came back
=========  =============================  =====================================================

What is pending is posted or made void, and once: the database refuses another end. A return may be
told before the booking that it undoes: both orders end in the same balances.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from enum import StrEnum

from yesand.kernel.money import MICRO, exponent
from yesand.royalties.ledger import Draft, Side, Verb, posted, undone

CLEARING, BANK = "clearing", "bank"
#: How the id of every transaction of a payout begins: all others follow from statements.
PREFIX = "payout."


class Step(StrEnum):
    """What became of a payout."""

    PENDING = "pending"
    BOOKED = "booked"
    VOID = "void"
    RETURNED = "returned"


def drafted(
    step: Step, end_to_end: str, account: str, currency: str, minor: int, on: date | None = None
) -> Draft:
    """Return what a step posts; its id makes it the only one of its kind for that payout.

    Parameters
    ----------
    on : the bank's day of it.
    """
    micro = micro_of(currency, minor)
    sides = Side(account, currency, micro), Side(CLEARING, currency, -micro)
    pending = Draft(*_named(Step.PENDING, end_to_end), sides, Verb.PENDING)
    if step is Step.PENDING:
        return pending
    if step is Step.BOOKED:
        return posted(pending, *_named(step, end_to_end), BANK, on)
    if step is Step.VOID:
        return undone(pending, *_named(step, end_to_end))
    back = Side(BANK, currency, micro), Side(account, currency, -micro)
    return Draft(*_named(step, end_to_end), back, Verb.TRANSFER, pending.id, on)


def _named(step: Step, end_to_end: str) -> tuple[str, str]:
    return f"{PREFIX}{step}.{end_to_end}", f"payout {end_to_end}: {step}"


def micro_of(currency: str, minor: int) -> int:
    """Return minor units in micro-units."""
    step: int = MICRO // 10 ** exponent(currency)
    return minor * step


def standing(steps: Iterable[str]) -> Step:
    """Return how a payout stands: its undoing counts for more than its booking."""
    done = set(steps)
    for step in (Step.VOID, Step.RETURNED, Step.BOOKED):
        if step in done:
            return step
    return Step.PENDING
