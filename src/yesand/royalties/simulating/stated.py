"""What a bench's settlement states because terms ask for it: noise, tariffs, counts, rates."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence

from yesand.agreements.terms import Terms
from yesand.royalties.exchange import Exchange
from yesand.royalties.facts import CorrectedMonth, Counted, Service, Settled, UsageTotal
from yesand.royalties.lines import REVENUE
from yesand.royalties.promised import counts
from yesand.royalties.shrinking import Measured, signal
from yesand.royalties.simulating.entered import Entered
from yesand.royalties.tariffs.tariff import InForce

#: Model → the terms that stand of all who gave something to it.
Asked = Mapping[str, Sequence[Terms]]


def signal_of(terms: Sequence[Terms], shares: Sequence[Measured]) -> int | None:
    """Return how far a report's shares are signal, where terms ask."""
    asked = any(each.pay.uncertainty == "shrunk" for each in terms)
    return signal(shares) if asked and shares else None


def tariffs(
    entered: Entered, asked: Asked, used: Iterable[UsageTotal], serving: Iterable[Service]
) -> tuple[InForce, ...]:
    """Return every version that prices a month here; Refused if one is missing."""
    priced = {
        (each.pay.tariff, row.usage_period)
        for row in used
        for each in asked[row.model]
        if each.pay.tariff
    }
    served = {
        (each.pay.tariff, month)
        for service in serving
        for each in asked[service.model]
        for month in service.months
        if each.pay.tariff and entered.begins(each.pay.tariff) <= month
    }
    return tuple(entered.in_force(*one) for one in sorted(priced | served))


def counted(
    asked: Asked,
    used: Iterable[UsageTotal],
    before: Mapping[str, Settled],
    corrected: Iterable[CorrectedMonth],
) -> tuple[Counted, ...]:
    """Return what was used before, as it was put right, where a bonus waits for it."""
    sums, right = Counter[tuple[str, str, str | None]](), dict[tuple[str, int], int]()
    for month in (*(m for settled in before.values() for m in settled.corrections), *corrected):
        right |= {(month.period, each.row): each.quantity for each in month.usage}
    for period, settled in before.items():
        for number, row in enumerate(settled.usage):
            sums[about(row)] += right.get((period, number), row.quantity)
    waited = {
        about(row)
        for row in used
        if any(t.pay.bonus and counts(t.pay, row) for t in asked[row.model])
    }
    return tuple(
        Counted(deployment=name, unit=unit, currency=currency, quantity=sums[name, unit, currency])
        for name, unit, currency in sorted(waited, key=str)
    )


def about(row: UsageTotal | Counted) -> tuple[str, str, str | None]:
    """Return the deployment's count that a row belongs to."""
    return row.deployment, row.unit, row.currency if row.unit == REVENUE else None


def rates(entered: Entered, asked: Asked, used: Sequence[UsageTotal]) -> tuple[Exchange, ...]:
    """Return the rates by which revenue is paid in one currency; Refused if one is missing."""
    theirs = defaultdict[str, set[str]](set)
    for row in used:
        theirs[row.licensee].add(row.model)
    pairs = {
        (row.usage_period, row.currency, each.pay.currency)
        for row in used
        if row.unit == REVENUE and row.currency
        for model in theirs[row.licensee]
        for each in asked[model]
        if each.pay.one_currency and (model == row.model or each.pay.pool == "licensee")
    }
    found = (entered.exchange(*pair) for pair in sorted(pairs) if pair[1] != pair[2])
    return tuple(found)
