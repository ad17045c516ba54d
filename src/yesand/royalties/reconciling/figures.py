"""Whether what was earned is what was paid, is on its way, held, and still owed: per currency."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass


@dataclass(frozen=True)
class Figures:
    """One currency's sums over all performers, in micro-units.

    Attributes
    ----------
    statements : what all statements say was earned.
    ledger : what the ledger credits performers with, before payouts.
    paid, pending : by payouts: booked by the bank, and on its way.
    held : in dispute. payable, carried : still owed: whole minor units, and the rest.
    """

    currency: str
    statements: int
    ledger: int
    paid: int
    pending: int
    held: int
    payable: int
    carried: int

    @property
    def explained(self) -> int:
        """What the parts add up to."""
        return self.paid + self.pending + self.held + self.payable + self.carried

    @property
    def difference(self) -> int:
        """What the ledger says beyond the statements, or else beyond its parts: nothing, if all
        agree.
        """
        return (self.ledger - self.statements) or (self.ledger - self.explained)


def agree(figures: Iterable[Figures]) -> bool:
    """Tell whether every currency agrees."""
    return not any(each.difference for each in figures)
