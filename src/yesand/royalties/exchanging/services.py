"""Finding the rates by which revenue is paid in the one currency that terms ask for."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import timedelta

from yesand.agreements.terms import Terms
from yesand.kernel.clock import Period
from yesand.kernel.errors import Refused
from yesand.kernel.money import MICRO
from yesand.royalties.exchange import Exchange
from yesand.royalties.facts import UsageTotal
from yesand.royalties.instruments.services import all_of, read
from yesand.royalties.instruments.shapes import Rates
from yesand.royalties.lines import REVENUE

_Pair = tuple[str, str, str]


def exchanges(
    terms: Mapping[str, tuple[Terms, ...]], used: Iterable[UsageTotal]
) -> tuple[Exchange, ...]:
    """Return the rate of the last day of each month whose revenue is paid in another currency.

    Parameters
    ----------
    terms : model → those that say more than prices.

    Raises
    ------
    Refused : no table has that day, and which.
    """
    asked = set(_asked(terms, list(used)))
    tables = [(row.digest, read(row)) for row in all_of("rates")] if asked else []
    known = [(digest, told) for digest, told in tables if isinstance(told, Rates)]
    return tuple(_exchange(pair, known) for pair in sorted(asked))


def _asked(terms: Mapping[str, tuple[Terms, ...]], used: Sequence[UsageTotal]) -> Iterator[_Pair]:
    """Yield (month, currency earned, currency paid) of revenue that is to be converted."""
    theirs = defaultdict[str, set[str]](set)
    for row in used:
        theirs[row.licensee].add(row.model)
    for row in used:
        # A pool of a licensee, or of its payers, brings revenue to models that did not earn it.
        for model in theirs[row.licensee] if row.unit == REVENUE else ():
            for pay in (each.pay for each in terms.get(model, ())):
                reaches = model == row.model or pay.pool != "deployment"
                if reaches and pay.one_currency and row.currency != pay.currency:
                    yield row.usage_period, str(row.currency), pay.currency


def _exchange(pair: _Pair, tables: Iterable[tuple[str, Rates]]) -> Exchange:
    month, one, other = pair
    day = f"{Period.parse(month).end - timedelta(days=1):%Y-%m-%d}"
    for digest, table in tables:
        rates = {table.base: MICRO, **table.days.get(day, {})}
        if day in table.days and one in rates and other in rates:
            return Exchange(
                month=month,
                day=day,
                base=table.base,
                one=one,
                other=other,
                one_micro=rates[one],
                other_micro=rates[other],
                record=digest,
            )
    raise Refused(
        f"No exchange rate from {one} to {other} for {day}",
        where=month,
        remedy="Enter a table that has that day with `yesand rates FILE`, and settle then.",
    )
