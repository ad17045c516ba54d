"""The audit clause: who bears the cost of an audit that found money unpaid. Pure."""

from __future__ import annotations

from dataclasses import dataclass

from yesand.agreements.pay_wording import percent
from yesand.agreements.terms import MILLION, Pay
from yesand.kernel.errors import BadInput
from yesand.kernel.money import Money


@dataclass(frozen=True)
class AuditCost:
    """What an audit cost, and who bears it."""

    payer: bool
    cost: Money
    why: str


def audit_cost(pay: Pay, due: Money, shortfall: Money, cost: Money) -> AuditCost:
    """Decide who bears the cost of an audit.

    Parameters
    ----------
    due : what should have been paid in the time that was audited. shortfall : what of it was not.

    Raises
    ------
    BadInput : amounts below nothing, or a shortfall that is more than was due.

    >>> due, lacking, cost = (Money("EUR", n * 1_000_000) for n in (100, 6, 9))
    >>> audit_cost(Pay(audit_shortfall_ppm=50_000), due, lacking, cost).why
    '6.00 EUR of 100.00 EUR was not paid, which is more than 5 %: the payer bears 9.00 EUR.'
    """
    if min(due.micro, shortfall.micro, cost.micro) < 0 or shortfall.micro > due.micro:
        raise BadInput("A shortfall lies between nothing and what was due", where=str(shortfall))
    ppm = pay.audit_shortfall_ppm
    # Compared as products, so that no rounding decides.
    over = bool(ppm) and shortfall.micro * MILLION > due.micro * ppm
    who = "the payer bears" if over else "who asked for the audit bears"
    than = f"which is {'more' if over else 'not more'} than {percent(ppm)}"
    said = than if ppm else "and the terms have no audit clause"
    return AuditCost(over, cost, f"{shortfall} of {due} was not paid, {said}: {who} {cost}.")
