"""How old what licensees owe is: the buckets of an aged receivables report."""

from __future__ import annotations

import csv
import io
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

BUCKETS = ("current", "1–30", "31–60", "61–90", "90+")


@dataclass(frozen=True)
class Owed:
    """What is open of one invoice, in minor units."""

    licensee: str
    currency: str
    due: date
    open_minor: int


@dataclass(frozen=True)
class Aged:
    """What one licensee owes in one currency, by bucket."""

    licensee: str
    currency: str
    buckets: tuple[int, ...]

    @property
    def total(self) -> int:
        """All of it."""
        return sum(self.buckets)


def bucket(due: date, today: date) -> int:
    """Return the place in ``BUCKETS`` of what was due on a day.

    >>> [bucket(date(2026, 10, 1), date(2026, 10, d)) for d in (1, 2, 31)]
    [0, 1, 1]
    """
    days = (today - due).days
    return 0 if days <= 0 else min(4, 1 + (days - 1) // 30)


def aged(owed: Iterable[Owed], today: date) -> list[Aged]:
    """Return what each licensee owes by age, in order of licensee and currency."""
    found: dict[tuple[str, str], Counter[int]] = {}
    for each in owed:
        sums = found.setdefault((each.licensee, each.currency), Counter())
        sums[bucket(each.due, today)] += each.open_minor
    return [
        Aged(*key, tuple(sums[place] for place in range(len(BUCKETS))))
        for key, sums in sorted(found.items())
        if any(sums.values())
    ]


def as_csv(rows: Iterable[Aged]) -> str:
    """Return what is open by age as CSV (RFC 4180), in minor units."""
    told = io.StringIO()
    table = csv.writer(told)
    table.writerow(["licensee", "currency", *BUCKETS, "total_minor"])
    table.writerows([row.licensee, row.currency, *row.buckets, row.total] for row in rows)
    return told.getvalue()
