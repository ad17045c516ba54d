"""The ledger as a Beancount file (https://beancount.github.io/docs/beancount_language_syntax.html).

Beancount is a program of others (GPL-2.0) that reads such files; nothing of it is used here.
Debit is positive there as it is with us, so every amount stands as it was posted.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime

from yesand.kernel.clock import Period, stamp
from yesand.kernel.errors import CheckFailed
from yesand.kernel.ids import digest
from yesand.kernel.money import MICRO
from yesand.royalties.ledger import FUND, UNCERTAIN, Side

#: Where each kind of account stands in the five of bookkeeping.
_ROOTS = {
    "performer": "Liabilities:Performer",
    "held": "Liabilities:Held",
    "vat": "Liabilities:VAT",
    "agent": "Liabilities:Agent",
    "rater": "Liabilities:Rater",
    "licensee": "Assets:Receivable",
}
_PLAIN = {
    FUND: "Liabilities:Fund",
    UNCERTAIN: "Liabilities:Uncertainty",
    "clearing": "Liabilities:Clearing",
    "bank": "Assets:Bank",
}
_OTHER = "Liabilities:Other"
#: Handles that stand as they are; slugs are small, so that a capital tells no two apart.
_COMPONENT = re.compile(r"[A-Z0-9][A-Za-z0-9-]*\Z")
_SLUG = re.compile(r"[a-z0-9][a-z0-9-]*\Z")


@dataclass(frozen=True)
class Booked:
    """A transaction as it stands in the ledger."""

    id: str
    at: datetime
    memo: str
    entry: int | None
    sides: tuple[Side, ...]

    @property
    def day(self) -> date:
        """The day in UTC."""
        return self.at.astimezone(UTC).date()


def written(title: str, booked: Sequence[Booked], until: date) -> Iterator[str]:
    """Yield the lines of a Beancount file.

    Parameters
    ----------
    booked : every transaction up to the end of ``until``, in order of time.
    until : balances are asserted at the end of each month that ends by that day.
    """
    names = _named(side.account for each in booked for side in each.sides)
    yield f"option {_quoted('title')} {_quoted(title)}"
    yield "; Debit is positive: what somebody owes the house. Credit is negative: what it owes."
    yield from _opened(booked, names)
    balances: Counter[tuple[str, str]] = Counter()
    month = Period(booked[0].day.year, booked[0].day.month) if booked else None
    for each in booked:
        while month and each.day >= month.end.date():
            yield from _asserted(month, balances, names)
            month = month.next()
        yield from _transaction(each, names)
        for side in each.sides:
            balances[side.account, side.currency] += side.micro
    while month and month.end.date() <= next_day(until):
        yield from _asserted(month, balances, names)
        month = month.next()


def next_day(day: date) -> date:
    """Return the day after; the last day there is stays itself."""
    return date.fromordinal(min(day.toordinal() + 1, date.max.toordinal()))


def component(account: str) -> str:
    """Return an account's name in Beancount.

    A handle that its grammar does not allow is spelled with what it does, and told from others by
    eight digits of its hash.
    """
    if account in _PLAIN:
        return _PLAIN[account]
    kind, _, whose = account.partition(":")
    root, own = (_ROOTS[kind], whose) if kind in _ROOTS and whose else (_OTHER, account)
    if kind in {"performer", "held"} and _COMPONENT.match(own):
        return f"{root}:{own}"
    if kind not in {"performer", "held"} and _SLUG.match(own):
        return f"{root}:{own[:1].upper()}{own[1:]}"
    spelled = re.sub(r"[^A-Za-z0-9]+", "-", own).strip("-")[:60]
    known = f"{spelled[:1].upper()}{spelled[1:]}" or "Account"
    return f"{root}:{known}-{digest(own.encode())[:8]}"


def decimal(micro: int) -> str:
    """Write micro-units with all six decimals, in which nothing is lost."""
    whole, rest = divmod(abs(micro), MICRO)
    return f"{'-' if micro < 0 else ''}{whole}.{rest:06d}"


def _named(accounts: Iterable[str]) -> dict[str, str]:
    names = {account: component(account) for account in sorted(set(accounts))}
    if len(set(names.values())) < len(names):
        twice = next(n for n, times in Counter(names.values()).items() if times > 1)
        raise CheckFailed("Two accounts would have one name in Beancount", where=twice)
    return names


def _opened(booked: Iterable[Booked], names: Mapping[str, str]) -> Iterator[str]:
    since: dict[str, date] = {}
    currencies: dict[str, set[str]] = {}
    for each in booked:
        for side in each.sides:
            since.setdefault(side.account, each.day)
            currencies.setdefault(side.account, set()).add(side.currency)
    for account, day in since.items():
        yield ""
        yield f"{day} open {names[account]} {','.join(sorted(currencies[account]))}"
        yield f"  account: {_quoted(account)}"


def _transaction(each: Booked, names: Mapping[str, str]) -> Iterator[str]:
    yield ""
    yield f"{each.day} * {_quoted(each.memo)}"
    yield f"  record: {_quoted(each.id)}"
    yield f"  recorded: {_quoted(stamp(each.at))}"
    if each.entry is not None:
        yield f"  entry: {_quoted(str(each.entry))}"
    for side in each.sides:
        yield f"  {names[side.account]}  {decimal(side.micro)} {side.currency}"


def _asserted(
    month: Period, balances: Mapping[tuple[str, str], int], names: Mapping[str, str]
) -> Iterator[str]:
    """Yield the month's closing balances: Beancount's hold for the beginning of a day."""
    yield ""
    for (account, currency), micro in sorted(balances.items()):
        # No tolerance: without one Beancount lets the last digit be wrong.
        yield f"{month.end.date()} balance {names[account]}  {decimal(micro)} ~ 0 {currency}"


def _quoted(text: str) -> str:
    safe = text.replace("\\", "\\\\").replace('"', '\\"')
    return f'"{" ".join(safe.split())}"'
