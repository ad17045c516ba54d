"""Double entry: every transaction's postings add up to nothing in each currency.

Positive is debit (what someone owes the house), negative is credit (what the house owes).
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from yesand.kernel.errors import BadInput
from yesand.kernel.ids import digest_of
from yesand.royalties.lines import Kind, Line
from yesand.royalties.statement import Statement

FUND = "fund"
#: Of what lies between a lower bound and the share as it was measured.
UNCERTAIN = "fund:uncertainty"
#: What stands on a statement and is not the performer's: kind of line → whose account.
FUNDS = {Kind.CONTRIBUTION: FUND, Kind.UNCERTAINTY: UNCERTAIN}


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


def drafts_of(issued: Statement, digest: str) -> Iterator[Draft]:
    """Yield the transactions that a statement makes: what it states, reverses, and takes off.

    Each payer is debited exactly what its lines say, so no residue of a pool is left anywhere.
    What corrections take back and state again is a transaction of its own: nothing that was posted
    is changed. What is taken off is debited to the performer, and credited to who gets it.
    """
    stated = [line for line in issued.lines if line.corrects is None]
    corrected = [line for line in issued.lines if line.corrects is not None]
    off = [(performer_account(issued.performer), d.account, d.micro) for d in issued.deductions]
    yield from _draft(issued, digest, "statement of", _owed(issued, stated))
    about = digest_of({"corrections": digest}), "correction in the statement of"
    yield from _draft(issued, *about, _owed(issued, corrected))
    about = digest_of({"deductions": digest}), "deductions in the statement of"
    yield from _draft(issued, *about, off)


def _owed(issued: Statement, lines: Iterable[Line]) -> Iterator[tuple[str, str, int]]:
    own = performer_account(issued.performer)
    for line in lines:
        yield payer_account(line.licensee), FUNDS.get(line.kind) or own, line.micro


def _draft(
    issued: Statement, name: str, what: str, moves: Iterable[tuple[str, str, int]]
) -> Iterator[Draft]:
    sums = Counter[str]()
    for debit, credit, micro in moves:
        sums[debit] += micro
        sums[credit] -= micro
    sides = tuple(
        Side(account, issued.currency, micro) for account, micro in sorted(sums.items()) if micro
    )
    if sides:
        yield Draft(name, f"{what} {issued.period}", sides)
