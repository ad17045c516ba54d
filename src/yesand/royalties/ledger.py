"""Double entry: every transaction's postings add up to nothing in each currency.

Positive is debit (what someone owes the house), negative is credit (what the house owes).
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass

from yesand.kernel.errors import BadInput
from yesand.royalties.lines import Kind
from yesand.royalties.statement import Statement

FUND = "fund"


def performer_account(handle: str) -> str:
    """What a performer has earned and not been paid (a credit)."""
    return f"performer:{handle}"


def held_account(handle: str) -> str:
    """What a performer has earned and is not paid while a line is in dispute (a credit)."""
    return f"held:{handle}"


def payer_account(slug: str) -> str:
    """What a licensee, or a producer for session fees, owes (a debit)."""
    return f"licensee:{slug}"


@dataclass(frozen=True)
class Side:
    """One posting: an account and an amount in micro-units."""

    account: str
    currency: str
    micro: int


@dataclass(frozen=True)
class Draft:
    """A transaction to be posted; its id is the digest of the record that it follows from."""

    id: str
    memo: str
    sides: tuple[Side, ...]

    def __post_init__(self) -> None:
        """Refuse what does not balance, before the database does.

        Raises
        ------
        BadInput : no postings, or a currency whose postings do not add up to nothing.
        """
        sums = residues(self.sides)
        if not self.sides or any(sums.values()):
            raise BadInput("A transaction that does not balance", where=f"{self.memo}: {sums}")


def residues(sides: Iterable[Side]) -> dict[str, int]:
    """Return what the postings add up to, by currency."""
    sums = Counter[str]()
    for side in sides:
        sums[side.currency] += side.micro
    return dict(sums)


def draft_of(issued: Statement, digest: str) -> Draft | None:
    """Return the transaction that a statement makes; None if nothing is owed.

    Each payer is debited exactly what its lines say, so no residue of a pool is left anywhere.
    """
    owed = Counter[str]()
    for line in issued.lines:
        owed[payer_account(line.licensee)] += line.micro
        earner = FUND if line.kind is Kind.CONTRIBUTION else performer_account(issued.performer)
        owed[earner] -= line.micro
    sides = tuple(
        Side(name, issued.currency, micro) for name, micro in sorted(owed.items()) if micro
    )
    return Draft(digest, f"statement of {issued.period}", sides) if sides else None
