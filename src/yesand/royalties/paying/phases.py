"""What each step of a payout posts. Steps only add; none changes what another posted.

=========  =============================  =====================================================
step       debit                          credit
=========  =============================  =====================================================
pending    the payee's account            ``clearing``: on its way
booked     ``clearing``                   ``bank``: the bank says that it has left
void       ``clearing``                   the payee's account: it never left
returned   ``bank``                       the payee's account: it left, and came back
=========  =============================  =====================================================

A return may be told before the booking that it undoes: both orders end in the same balances.
"""

from __future__ import annotations

from collections.abc import Iterable
from enum import StrEnum

from yesand.kernel.money import MICRO, exponent
from yesand.royalties.ledger import Draft, Side

CLEARING, BANK = "clearing", "bank"
#: How the id of every transaction of a payout begins: all others follow from statements.
PREFIX = "payout."


class Step(StrEnum):
    """What became of a payout."""

    PENDING = "pending"
    BOOKED = "booked"
    VOID = "void"
    RETURNED = "returned"


def drafted(step: Step, end_to_end: str, account: str, currency: str, minor: int) -> Draft:
    """Return what a step posts; its id makes it the only one of its kind for that payout."""
    debit, credit = {
        Step.PENDING: (account, CLEARING),
        Step.BOOKED: (CLEARING, BANK),
        Step.VOID: (CLEARING, account),
        Step.RETURNED: (BANK, account),
    }[step]
    micro = micro_of(currency, minor)
    sides = (Side(debit, currency, micro), Side(credit, currency, -micro))
    return Draft(f"{PREFIX}{step}.{end_to_end}", f"payout {end_to_end}: {step}", sides)


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
