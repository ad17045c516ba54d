"""Double entry: every transaction's postings add up to nothing in each currency.

Positive is debit (what someone owes the house), negative is credit (what the house owes).

The verbs are those of TigerBeetle (https://docs.tigerbeetle.com/coding/two-phase-transfers/): a
transfer moves at once; a pending one keeps apart on an account between until another posts it or
makes it void, once. What is wrong is put right by a transaction that reverses it.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum
from functools import lru_cache

from yesand.kernel.clock import Period
from yesand.kernel.errors import BadInput
from yesand.kernel.ids import digest, digest_of
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


class Verb(StrEnum):
    """What a transaction does; a closed list, which the database holds to."""

    TRANSFER = "transfer"
    PENDING = "pending"
    POST = "post"
    VOID = "void"
    REVERSE = "reverse"


#: What follows another transaction, and undoes or ends it.
FOLLOWING = frozenset({Verb.POST, Verb.VOID, Verb.REVERSE})
_PLAIN = json.JSONEncoder(ensure_ascii=False, check_circular=False, separators=(",", ":")).encode


@dataclass(frozen=True)
class Side:
    """One posting: an account and an amount in micro-units."""

    account: str
    currency: str
    micro: int


@dataclass(frozen=True)
class Draft:
    """A transaction to be posted.

    Attributes
    ----------
    id : the digest of the record that it follows from: posted again, it changes nothing.
    follows : the transaction that it posts, makes void or reverses; of a transfer, the record that
        it belongs to, where its id does not name that.
    effective : the day from which it counts, in UTC; none: the day on which it is recorded.
    """

    id: str
    memo: str
    sides: tuple[Side, ...]
    verb: Verb = Verb.TRANSFER
    follows: str | None = None
    effective: date | None = None

    def __post_init__(self) -> None:
        """Refuse what does not balance, before the database does.

        Raises
        ------
        BadInput : no postings, a currency whose postings do not add up to nothing, or nothing
            that is posted, made void or reversed.
        """
        sums = residues(self.sides)
        if not self.sides or any(sums.values()):
            raise BadInput("A transaction that does not balance", where=f"{self.memo}: {sums}")
        if self.verb in FOLLOWING and self.follows is None:
            raise BadInput(f"A {self.verb} of nothing", where=self.memo)

    @property
    def body(self) -> str:
        """The SHA-256 of all of it but its id: what a repeat has to have in common with it.

        Over the canonical bytes (RFC 8785) of a list: the encoder of the standard library writes
        the same for lists of texts and integers, many times faster.
        """
        sides = sorted((s.account, s.currency, s.micro) for s in self.sides)
        day = self.effective.isoformat() if self.effective else None
        return digest(_PLAIN([self.verb, self.memo, day, self.follows, sides]).encode())


def posted(draft: Draft, name: str, memo: str, to: str, effective: date | None = None) -> Draft:
    """Return what carries a pending transaction out: from where it waits to where it goes.

    Parameters
    ----------
    to : the account that what was kept apart goes to.
    """
    waiting = [side for side in draft.sides if side.micro < 0]
    sides = [Side(s.account, s.currency, -s.micro) for s in waiting]
    sides += [Side(to, s.currency, s.micro) for s in waiting]
    return Draft(name, memo, tuple(sides), Verb.POST, draft.id, effective)


def undone(draft: Draft, name: str, memo: str, effective: date | None = None) -> Draft:
    """Return what takes a transaction back: a pending one is void, another is reversed."""
    verb = Verb.VOID if draft.verb is Verb.PENDING else Verb.REVERSE
    sides = tuple(Side(s.account, s.currency, -s.micro) for s in draft.sides)
    return Draft(name, memo, sides, verb, draft.id, effective)


def residues(sides: Iterable[Side]) -> dict[str, int]:
    """Return what the postings add up to, by currency."""
    sums = Counter[str]()
    for side in sides:
        sums[side.currency] += side.micro
    return dict(sums)


def drafts_of(issued: Statement, name: str) -> Iterator[Draft]:
    """Yield the transactions that a statement makes: what it states, reverses, and takes off.

    Each payer is debited exactly what its lines say, so no residue of a pool is left anywhere.
    Every month that lines are of has a transaction of its own, which counts from the end of that
    month; so has every month that corrections take back and state again, and nothing that was
    posted is changed. What is taken off is debited to the performer, credited to who gets it.
    """
    for (month, corrects), lines in _by_month(issued).items():
        own = month == issued.period and not corrects
        told = ["correction" if corrects else "use", month]
        what = "" if own else f"{' of '.join(told)} in the "
        yield from _draft(
            issued,
            name if own else digest_of([*told, name]),
            f"{what}statement of",
            _owed(issued, lines),
            None if own else name,
            month,
        )
    off = [(performer_account(issued.performer), d.account, d.micro) for d in issued.deductions]
    about = digest_of({"deductions": name}), "deductions in the statement of"
    yield from _draft(issued, *about, off, name, issued.period)


def _by_month(issued: Statement) -> dict[tuple[str, bool], list[Line]]:
    """Return (month, whether they correct it) → lines; of no month: of the statement's."""
    months: dict[tuple[str, bool], list[Line]] = {}
    for line in issued.lines:
        month = line.usage_period or issued.period
        months.setdefault((month, line.corrects is not None), []).append(line)
    return months


def _owed(issued: Statement, lines: Iterable[Line]) -> Iterator[tuple[str, str, int]]:
    own = performer_account(issued.performer)
    for line in lines:
        yield payer_account(line.licensee), FUNDS.get(line.kind) or own, line.micro


def _draft(
    issued: Statement,
    name: str,
    what: str,
    moves: Iterable[tuple[str, str, int]],
    follows: str | None,
    month: str,
) -> Iterator[Draft]:
    sums = Counter[str]()
    for debit, credit, micro in moves:
        sums[debit] += micro
        sums[credit] -= micro
    sides = tuple(
        Side(account, issued.currency, micro) for account, micro in sorted(sums.items()) if micro
    )
    if sides:
        memo = f"{what} {issued.period}"
        yield Draft(name, memo, sides, Verb.TRANSFER, follows, last_day(month))


@lru_cache(maxsize=1_000)
def last_day(month: str) -> date:
    """Return the last day of a month such as ``2026-10``: what it brought counts from then on."""
    return (Period.parse(month).end - timedelta(days=1)).date()
