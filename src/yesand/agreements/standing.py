"""What stands for takes under an agreement, as the gate reads it."""

from __future__ import annotations

from dataclasses import dataclass

from yesand.agreements.approval import Approved
from yesand.agreements.decision import Withdrawn
from yesand.agreements.terms import Terms


@dataclass(frozen=True)
class Standing:
    """The head of an agreement's chain, less what its performer withdrew.

    ``approvals`` are the single uses that they agreed to where the terms have them asked.

    ``terms_name`` is the digest of the terms: equal names, equal terms.
    """

    agreement: str
    terms: Terms
    terms_name: str
    withdrawals: tuple[Withdrawn, ...] = ()
    approvals: tuple[Approved, ...] = ()
