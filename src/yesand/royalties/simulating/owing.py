"""The oracle's sums: what is owed, from scratch, in fractions, over all performers at once.

Written apart from ``lines``, ``reckoning`` and ``statement`` and by another way: nothing here is
incremental or clever, and nothing of theirs is used. A new kind of line gets a function in
``KINDS``.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from fractions import Fraction
from itertools import pairwise
from math import floor
from typing import Any

from yesand.royalties.simulating.picture import LineSeen, StatementSeen

#: ISO 4217's exponents of the currencies in which histories pay.
EXPONENTS = {"EUR": 2, "USD": 2, "JPY": 0, "KWD": 3}
_ALL = 10**9


@dataclass(frozen=True)
class Deal:
    """A signed agreement as plain data."""

    name: str
    handle: str
    pay: Mapping[str, Any]
    valid_from: date
    signed_at: datetime
    follows: str


@dataclass(frozen=True)
class Row:
    """Use that is due now, added up."""

    deployment: str
    unit: str
    currency: str | None
    realtime: bool
    month: str
    quantity: int


@dataclass(frozen=True)
class Month:
    """One settlement's plain facts.

    Attributes
    ----------
    ends : the first moment after the settled month.
    covers : the months whose minimums are due, with the first moment after each.
    models : model → what was given to it: (handle, agreement, milliseconds).
    deployments : name → (model, licensee); of all that are used or in service.
    serving : name → those of the covered months in which it is in service.
    shares : model → handle → parts per billion, by the report that stands.
    sessions : the agreement of each session whose fee is due.
    digest : an agreement's digest by its name: it only orders those of one performer.
    carried : (handle, currency) → what the statement before has left.
    """

    period: str
    ends: datetime
    covers: Mapping[str, datetime]
    models: Mapping[str, Sequence[tuple[str, str, int]]]
    deployments: Mapping[str, tuple[str, str]]
    serving: Mapping[str, Sequence[str]]
    shares: Mapping[str, Mapping[str, int]]
    rows: Sequence[Row]
    sessions: Sequence[str]
    deals: Mapping[str, Deal]
    carried: Mapping[tuple[str, str], int]
    producer: str
    digest: Callable[[str], str]


@dataclass
class Sheet:
    """Everybody's lines, by (handle, currency)."""

    month: Month
    lines: dict[tuple[str, str], list[LineSeen]] = field(default_factory=dict)

    def add(self, handle: str, currency: str, line: LineSeen) -> None:
        """Write a line down."""
        self.lines.setdefault((handle, currency), []).append(line)


def stands(deals: Mapping[str, Deal], name: str, before: datetime) -> str:
    """Return the agreement that stood, at that moment, in place of one."""
    if deals[name].signed_at >= before:
        return name
    while True:
        later = [d for d in deals.values() if d.follows == name and d.signed_at < before]
        if not later:
            return name
        name = later[0].name


def statements(month: Month) -> dict[tuple[str, str], StatementSeen]:
    """Return everybody's statement of a month, by (handle, currency)."""
    sheet = Sheet(month)
    for key in _whose(month):
        sheet.lines[key] = []
    for kind in KINDS:
        kind(sheet)
    return {key: _summed(month, key, lines) for key, lines in sheet.lines.items()}


def _whose(month: Month) -> Iterator[tuple[str, str]]:
    """Yield who gets a statement, in each currency of their terms and of their models' revenue."""
    held = {month.deals[name].handle: set[str]() for name in month.sessions}
    for name in month.sessions:
        held[month.deals[name].handle].add(month.deals[name].pay["currency"])
    for model, given in month.models.items():
        money = {r.currency for r in month.rows if r.currency and _model(month, r) == model}
        for handle, agreement, _ in given:
            deal = month.deals[stands(month.deals, agreement, month.ends)]
            held.setdefault(handle, set()).update({deal.pay["currency"]}, money)
    for handle, currencies in held.items():
        for currency in currencies:
            yield handle, currency


def _summed(month: Month, key: tuple[str, str], lines: list[LineSeen]) -> StatementSeen:
    earned = sum(line.micro for line in lines if line.kind != "contribution")
    on_top = sum(line.micro for line in lines if line.kind == "contribution")
    brought = month.carried.get(key, 0)
    minor = floor(Fraction(brought + earned, 10 ** (6 - EXPONENTS[key[1]])))
    left = brought + earned - minor * 10 ** (6 - EXPONENTS[key[1]])
    return StatementSeen(tuple(lines), brought, earned, on_top, minor, left)


def _model(month: Month, row: Row) -> str:
    return month.deployments[row.deployment][0]


def cut(whole: int, sizes: Sequence[int]) -> list[int]:
    """Cut a whole by sizes: the knife falls at the floor of each exact place."""
    total, at, places = sum(sizes), 0, [0]
    for size in sizes:
        at += size
        places.append(floor(Fraction(whole * at, total)))
    return [after - before for before, after in pairwise(places)]


def nearest(value: Fraction) -> int:
    """Round to the nearest whole number, a half to the even one."""
    return round(value)


def parts_of(month: Month, model: str) -> dict[tuple[str, str], int]:
    """Return each (handle, standing agreement)'s share in a model, in parts per billion."""
    given: dict[str, dict[str, int]] = defaultdict(lambda: defaultdict(int))
    for handle, agreement, ms in month.models[model]:
        given[handle][stands(month.deals, agreement, month.ends)] += ms
    handles = sorted(given)
    own = [sum(given[handle].values()) for handle in handles]
    equal = cut(_ALL, [1] * len(handles))
    minutes = cut(_ALL, own) if sum(own) else equal
    found = {}
    for n, handle in enumerate(handles):
        names = sorted(given[handle], key=month.digest)
        sizes = [given[handle][name] for name in names]
        for place, name in enumerate(names):
            pay = month.deals[name].pay
            whole = _blended(pay, month.shares.get(model), handle, minutes[n], equal[n])
            found[handle, name] = cut(whole, sizes if sum(sizes) else [1] * len(sizes))[place]
    return found


def _blended(
    pay: Mapping[str, Any],
    report: Mapping[str, int] | None,
    handle: str,
    minutes: int,
    equal: int,
) -> int:
    fallback = minutes if pay["fallback"] == "minutes" else equal
    measured = fallback if report is None else report.get(handle, 0)
    weights = pay["basis"]
    return nearest(
        Fraction(weights["reliance"] * measured, 10**6)
        + Fraction(weights["minutes"] * minutes, 10**6)
        + Fraction(weights["equal"] * equal, 10**6)
    )


def _pool(pay: Mapping[str, Any], row: Row) -> int:
    if row.unit == "revenue":
        return nearest(Fraction(row.quantity * pay["revenue_share_ppm"], 10**6))
    price = pay["per_unit"].get(row.unit)
    if price is None:
        return 0
    times = Fraction(pay["realtime_multiple_ppm"] if row.realtime else 10**6, 10**6)
    return row.quantity * nearest(price["micro"] * times)


def _royalties(sheet: Sheet) -> None:
    month = sheet.month
    for model in month.models:
        shares = parts_of(month, model)
        for row in (r for r in month.rows if _model(month, r) == model):
            for (handle, name), ppb in shares.items():
                pay = month.deals[name].pay
                revenue = row.unit == "revenue" and row.currency
                line = LineSeen(
                    kind="royalty" if row.month == month.period else "late",
                    licensee=month.deployments[row.deployment][1],
                    agreement=name,
                    deployment=row.deployment,
                    month=row.month,
                    unit=row.unit,
                    realtime=row.realtime,
                    quantity=row.quantity,
                    share_ppb=ppb,
                    micro=nearest(Fraction(_pool(pay, row) * ppb, _ALL)),
                )
                sheet.add(handle, revenue or pay["currency"], line)


def _minimums(sheet: Sheet) -> None:
    """What is lacking to a promised minimum, by all in whose service the performer's models are."""
    month = sheet.month
    under: dict[tuple[str, str], set[str]] = defaultdict(set)
    for model, given in month.models.items():
        for handle, agreement, _ in given:
            under[handle, stands(month.deals, agreement, month.ends)].add(model)
    made = []
    for (handle, name), models in under.items():
        least = month.deals[name].pay["minimum_per_period"]
        for each, ends in month.covers.items() if least else ():
            if month.deals[name].valid_from >= ends.date():
                continue
            there = sheet.lines[handle, least["currency"]]
            got = sum(x.micro for x in there if (x.agreement, x.month) == (name, each))
            names = sorted(d for d, months in month.serving.items() if each in months)
            serving = [d for d in names if month.deployments[d][0] in models]
            lacking = max(0, least["micro"] - got)
            for d, micro in zip(serving, cut(lacking, [1] * len(serving)), strict=True):
                if lacking:
                    line = _plain("minimum", month.deployments[d][1], name, micro, d, each)
                    made.append((handle, least["currency"], line))
    for handle, currency, line in made:
        sheet.add(handle, currency, line)


def _session_fees(sheet: Sheet) -> None:
    for name in sheet.month.sessions:
        deal = sheet.month.deals[name]
        fee = deal.pay["session_fee"]
        line = _plain("session-fee", sheet.month.producer, name, fee["micro"])
        sheet.add(deal.handle, fee["currency"], line)


def _contributions(sheet: Sheet) -> None:
    for (handle, currency), lines in sheet.lines.items():
        bases: dict[tuple[str, str], int] = defaultdict(int)
        for line in lines:
            bases[line.agreement, line.licensee] += line.micro
        for (name, payer), micro in bases.items():
            ppm = sheet.month.deals[name].pay["contribution_ppm"]
            if ppm:
                on_top = nearest(Fraction(micro * ppm, 10**6))
                sheet.add(handle, currency, _plain("contribution", payer, name, on_top))


def _plain(
    kind: str, payer: str, agreement: str, micro: int, deployment: str = "", month: str = ""
) -> LineSeen:
    return LineSeen(kind, payer, agreement, deployment, month, "", False, -1, -1, micro)


#: Kinds of lines, in the order in which one needs those before it.
KINDS: tuple[Callable[[Sheet], None], ...] = (
    _royalties,
    _minimums,
    _session_fees,
    _contributions,
)
