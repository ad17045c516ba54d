"""The ways on which money goes: each turns an approved order into what it is given.

A bank is given a file, and tells in files of its own (``camt``). Stripe is given one transfer
after another, and is asked what became of each (``stripe``). Everything else is the same for
both: who is paid, two persons, the ledger, and that only what fits a payout exactly counts.
"""

from __future__ import annotations

from typing import Protocol

from yesand.kernel.canonical import canonical
from yesand.kernel.errors import BadInput, CheckFailed
from yesand.royalties.paying.checking import read
from yesand.royalties.paying.details import BANK, STRIPE
from yesand.royalties.paying.pain import Order, written


class Rail(Protocol):
    """One way of paying."""

    def given(self, order: Order) -> bytes:
        """Return what is approved, and then given: equal bytes for equal orders."""


class BankFile:
    """A file for the house's bank."""

    def given(self, order: Order) -> bytes:
        """Return the order as pain.001.001.09, read back and compared payment by payment.

        Raises
        ------
        CheckFailed : the file does not say what was ordered.
        """
        made = written(order)
        found = {p.end_to_end: (p.money.split()[0], p.iban) for p in read(made).payments}
        if found != {t.end_to_end: (t.minor, t.to.iban) for t in order.transfers}:
            raise CheckFailed("The file does not say what was ordered", where=order.message)
        return made


class StripeTransfers:
    """Transfers from the house's balance at Stripe to payees' connected accounts."""

    def given(self, order: Order) -> bytes:
        """Return the transfers as canonical JSON."""
        transfers = [
            {"end_to_end": t.end_to_end, "minor": t.minor, "to": t.to.stripe}
            for t in order.transfers
        ]
        return canonical({"currency": order.currency, "transfers": transfers})


RAILS: dict[str, Rail] = {BANK: BankFile(), STRIPE: StripeTransfers()}


def rail(name: str) -> Rail:
    """Return a way of paying by its name.

    Raises
    ------
    BadInput : there is none of that name.
    """
    if name not in RAILS:
        raise BadInput(
            "No such way of paying", where=name[:40], remedy=f"One of {', '.join(RAILS)}."
        )
    return RAILS[name]
