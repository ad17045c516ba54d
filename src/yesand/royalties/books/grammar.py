"""Reading a Beancount file of ours back, strictly: what it says, and whether it is sound.

Only what ``beancount.written`` writes is understood, and anything else is a fault. So an export is
checked before anybody gets it, without the program that it is for.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import date

from yesand.kernel.errors import CheckFailed
from yesand.kernel.money import MICRO

_DAY = r"(?P<day>\d{4}-\d{2}-\d{2})"
_ACCOUNT = r"(?P<account>(?:Assets|Liabilities|Equity|Income|Expenses)(?::[A-Z0-9][A-Za-z0-9-]*)+)"
_AMOUNT = r"(?P<amount>-?\d+\.\d{6})"
_CURRENCY = r"(?P<currency>[A-Z]{3})"
_STRING = r'"(?:[^"\\]|\\.)*"'
_FORMS = {
    "nothing": re.compile(r"(?:;.*)?\Z"),
    "option": re.compile(rf"option {_STRING} {_STRING}\Z"),
    "open": re.compile(rf"{_DAY} open {_ACCOUNT} (?P<currencies>[A-Z]{{3}}(?:,[A-Z]{{3}})*)\Z"),
    "transaction": re.compile(rf"{_DAY} \* {_STRING}\Z"),
    "balance": re.compile(rf"{_DAY} balance {_ACCOUNT}  {_AMOUNT} ~ 0 {_CURRENCY}\Z"),
    "posting": re.compile(rf"  {_ACCOUNT}  {_AMOUNT} {_CURRENCY}\Z"),
    "note": re.compile(rf"  [a-z]+: {_STRING}\Z"),
}


@dataclass
class Books:
    """What a file says, added up as its lines are read."""

    opened: dict[str, tuple[date, set[str]]] = field(default_factory=dict)
    balances: Counter[tuple[str, str]] = field(default_factory=Counter)
    transactions: int = 0
    postings: int = 0
    assertions: int = 0
    _day: date = date.min
    _within: Counter[str] | None = None

    def read(self, kind: str, found: re.Match[str]) -> None:
        """Take one line in.

        Raises
        ------
        CheckFailed : it contradicts what was said before.
        """
        told = found.groupdict()
        if kind not in {"posting", "note"}:
            self.finish()
        if kind in {"transaction", "balance"}:
            self._move_to(date.fromisoformat(told["day"]))
        if kind == "open":
            self._open(told["account"], date.fromisoformat(told["day"]), told["currencies"])
        elif kind == "transaction":
            self._within, self.transactions = Counter(), self.transactions + 1
        elif kind == "posting":
            self._post(told["account"], micro_of(told["amount"]), told["currency"])
        elif kind == "balance":
            self._assert(told["account"], micro_of(told["amount"]), told["currency"])

    def finish(self) -> None:
        """Close the transaction that is open: it must add up to nothing in each currency."""
        if self._within is None:
            return
        if not self._within or any(self._within.values()):
            raise CheckFailed("A transaction does not balance", where=str(dict(self._within)))
        self._within = None

    def _move_to(self, day: date) -> None:
        if day < self._day:
            raise CheckFailed("Not in order of time", where=str(day))
        self._day = day

    def _open(self, account: str, day: date, currencies: str) -> None:
        if account in self.opened:
            raise CheckFailed("Opened twice", where=account)
        self.opened[account] = day, set(currencies.split(","))

    def _post(self, account: str, micro: int, currency: str) -> None:
        if self._within is None:
            raise CheckFailed("A posting outside a transaction", where=account)
        self._may_hold(account, currency)
        self._within[currency] += micro
        self.balances[account, currency] += micro
        self.postings += 1

    def _assert(self, account: str, micro: int, currency: str) -> None:
        self._may_hold(account, currency)
        there = self.balances[account, currency]
        if there != micro:
            raise CheckFailed(f"Its balance is {there} and not {micro}", where=account)
        self.assertions += 1

    def _may_hold(self, account: str, currency: str) -> None:
        day, currencies = self.opened.get(account, (date.max, set()))
        if day > self._day or currency not in currencies:
            raise CheckFailed(f"Not open for {currency} on {self._day}", where=account)


def read(lines: Iterable[str]) -> Books:
    """Return what a Beancount file of ours says.

    Raises
    ------
    CheckFailed : a line that is none of ours; an account that is not open; a transaction or a
        balance that does not add up; days that go back.
    """
    books = Books()
    for number, line in enumerate(lines, 1):
        try:
            for kind, found in _matched(line):
                books.read(kind, found)
                break
            else:
                raise CheckFailed("Not a line of a Beancount file of ours", where=line[:80])
        except CheckFailed as fault:
            raise CheckFailed(fault.what, where=f"line {number}: {fault.where}") from fault
    books.finish()
    return books


def micro_of(amount: str) -> int:
    """Return a decimal of six digits in micro-units."""
    whole, _, rest = amount.lstrip("-").partition(".")
    micro = int(whole) * MICRO + int(rest)
    return -micro if amount.startswith("-") else micro


def _matched(line: str) -> Iterator[tuple[str, re.Match[str]]]:
    for kind, form in _FORMS.items():
        if found := form.match(line):
            yield kind, found
