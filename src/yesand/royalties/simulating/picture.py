"""What can be seen of a house at a moment, in names and whole numbers; two of them compared."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, fields, replace
from typing import Any


@dataclass(frozen=True, order=True)
class LineSeen:
    """One line of a statement; what does not apply is empty or −1.

    ``earned_in`` is the currency of revenue that is paid in another, and ``corrects`` whether the
    line takes one of an earlier statement back (``back``) or stands in its place (``right``).
    ``via`` is the model through which the performer is in the one that was used, and ``of`` the
    settled month that is put right.
    """

    kind: str
    licensee: str
    agreement: str
    deployment: str
    month: str
    unit: str
    realtime: bool
    quantity: int
    share_ppb: int
    micro: int
    earned_in: str = ""
    corrects: str = ""
    via: str = ""
    of: str = ""


@dataclass(frozen=True, order=True)
class TakenSeen:
    """One amount that is taken off."""

    kind: str
    account: str
    agreement: str
    base: int
    rate_ppm: int
    micro: int


@dataclass(frozen=True, order=True)
class AdvanceSeen:
    """An advance over the month: opening + paid − recouped = closing.

    ``agreement`` is the one that promises it; none, if no standing one does. ``over`` was earned
    when it was paid back already, and ``since`` is the month in which it was granted.
    """

    payer: str
    name: str
    agreement: str
    granted: int
    opening: int
    paid: int
    recouped: int
    closing: int
    over: int
    since: str


@dataclass(frozen=True)
class StatementSeen:
    """One statement: its lines, deductions and advances in any order, and its sums."""

    lines: tuple[LineSeen, ...]
    taken: tuple[TakenSeen, ...]
    advances: tuple[AdvanceSeen, ...]
    least_micro: int
    held_micro: int
    released_micro: int
    brought_micro: int
    total_micro: int
    contributions_micro: int
    payable_minor: int
    carried_micro: int


#: How the accounts of those begin who are paid.
PAYEES = ("performer:", "agent:", "audit:")
#: What of a statement is in any order.
_LISTS = ("lines", "taken", "advances")


@dataclass
class Picture:
    """Everything that two engines must agree on.

    Attributes
    ----------
    statements : (month, handle, currency) → the statement.
    accounts : account → currency → micro-units, without what is nothing.
    payouts : (currency, run, handle) → (minor units, how it stands).
    escrow : (deployment, month, unit, why) → (quantity, events).
    uses : how many events were accepted so far.
    problems : how many movements of the bank wait for a person, by why.
    audited : what payers bear of audits' cost, by currency.
    invoices : (licensee, currency, month) → (minor units, what goes to the next in micro-units).
    """

    statements: dict[tuple[str, str, str], StatementSeen] = field(default_factory=dict)
    accounts: dict[str, dict[str, int]] = field(default_factory=dict)
    payouts: dict[tuple[str, int, str], tuple[int, str]] = field(default_factory=dict)
    escrow: dict[tuple[str, str, str, str], tuple[int, int]] = field(default_factory=dict)
    uses: int = 0
    problems: dict[str, int] = field(default_factory=dict)
    audited: dict[str, int] = field(default_factory=dict)
    invoices: dict[tuple[str, str, str], tuple[int, int]] = field(default_factory=dict)

    def plain(self) -> list[str]:
        """Return all of it in sorted lines, equal whenever the pictures are."""
        told = [f"uses: {self.uses}"]
        for each in fields(self):
            shown = getattr(self, each.name)
            if isinstance(shown, int):
                continue
            told += [f"{each.name} {key}: {_sorted(value)}" for key, value in shown.items()]
        return sorted(told)


def _sorted(value: Any) -> str:
    if isinstance(value, StatementSeen):
        return repr(
            replace(
                value,
                lines=tuple(sorted(value.lines)),
                taken=tuple(sorted(value.taken)),
                advances=tuple(sorted(value.advances)),
            )
        )
    return repr(sorted(value.items()) if isinstance(value, Mapping) else value)


#: Pairs of statements that were found equal, by their identities; they are kept, so that no other
#: comes to have them.
Agreed = dict[tuple[int, int], tuple[StatementSeen, StatementSeen]]


def differences(expected: Picture, seen: Picture, agreed: Agreed) -> Iterator[str]:
    """Yield, in words, what one picture shows and the other does not.

    Parameters
    ----------
    agreed : what was compared before: nothing that was issued ever changes.
    """
    for each in fields(Picture):
        due, there = getattr(expected, each.name), getattr(seen, each.name)
        yield from _between(each.name, due, there, agreed)


def _between(name: str, expected: Any, seen: Any, agreed: Agreed) -> Iterator[str]:
    if not isinstance(expected, Mapping):
        if expected != seen:
            yield f"{name}: {expected} is due and {seen} is there"
        return
    for key in sorted({*expected, *seen}):
        one, other = expected.get(key), seen.get(key)
        if isinstance(one, StatementSeen) and isinstance(other, StatementSeen):
            if (id(one), id(other)) not in agreed:
                faults = list(_of_statement(f"{name} {key}", one, other))
                yield from faults
                agreed |= {} if faults else {(id(one), id(other)): (one, other)}
        elif one != other:
            yield f"{name} {key}: {one} is due and {other} is there"


def _of_statement(name: str, expected: StatementSeen, seen: StatementSeen) -> Iterator[str]:
    for listed in _LISTS:
        due, there = Counter(getattr(expected, listed)), Counter(getattr(seen, listed))
        for line in (due - there).elements():
            yield f"{name}: lacks {line}"
        for line in (there - due).elements():
            yield f"{name}: has {line}"
    for each in fields(StatementSeen):
        if each.name not in _LISTS and getattr(expected, each.name) != getattr(seen, each.name):
            yield (
                f"{name}.{each.name}: {getattr(expected, each.name)} is due and "
                f"{getattr(seen, each.name)} is there"
            )


def books_of(picture: Picture) -> Iterator[str]:
    """Yield what is wrong within one picture: statements, ledger and payouts against each other.

    Invariant 4: every currency balances, and per currency what the statements say, less what went
    to tax offices and back to producers, is what payouts took and what is still owed (held or
    carried) to performers, agents and those who have paid for an audit.
    """
    totals = Counter[str]()
    for sums in picture.accounts.values():
        totals.update(sums)
    for currency, micro in totals.items():
        if micro:
            yield f"the ledger of {currency} is out of balance by {micro}"
    earned, owed, gone = Counter(picture.audited), Counter[str](), Counter[str]()
    for (_, _, currency), statement in picture.statements.items():
        off = sum(x.micro for x in statement.taken if not x.account.startswith("agent:"))
        earned[currency] += statement.total_micro - off
    for account, sums in picture.accounts.items():
        for currency, micro in sums.items():
            if account.startswith((*PAYEES, "held:")):
                owed[currency] -= micro
            elif account in {"clearing", "bank"}:
                gone[currency] -= micro
    for currency in sorted({*earned, *owed, *gone}):
        if earned[currency] != owed[currency] + gone[currency]:
            yield (
                f"{currency}: statements say {earned[currency]}, the ledger owes "
                f"{owed[currency]} and paid {gone[currency]}"
            )
