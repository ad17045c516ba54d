"""What stands for takes under an agreement, as the gate reads it."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, replace

from yesand.agreements.decision import Suspended, Withdrawn
from yesand.agreements.terms import Terms


@dataclass(frozen=True)
class Standing:
    """The head of an agreement's chain, less what its performer withdrew.

    ``suspensions`` are those of its class that are not lifted.

    ``terms_name`` is the digest of the terms: equal names, equal terms.
    """

    agreement: str
    terms: Terms
    terms_name: str
    withdrawals: tuple[Withdrawn, ...] = ()
    suspensions: tuple[Suspended, ...] = ()

    def about(self, take: str) -> Standing:
        """Return what stands for one take: withdrawals of other single takes are none of its."""
        mine = (w for w in self.withdrawals if not w.takes or take in w.takes)
        return replace(self, withdrawals=tuple(replace(w, takes=frozenset()) for w in mine))

    def within(self, takes: Collection[str]) -> Standing:
        """Return what stands for some takes: withdrawals of other single takes are left out."""
        theirs = (w for w in self.withdrawals if not w.takes or w.takes & set(takes))
        return replace(self, withdrawals=tuple(theirs))
