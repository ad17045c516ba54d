"""From facts to lines: royalties and fees out of pools, and what is promised beside them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from yesand.agreements.pay import Pay
from yesand.agreements.terms import Terms
from yesand.kernel.money import Money
from yesand.royalties import reasons
from yesand.royalties.exchange import rate_of
from yesand.royalties.facts import Facts, Service, Settled, UsageTotal
from yesand.royalties.lines import REVENUE, Kind, Line, Reliance, Share, Weight, share_of
from yesand.royalties.payers.divided import divided_by_payer
from yesand.royalties.pooled import Pool, lines_of
from yesand.royalties.pricing import Prices, known, prices
from yesand.royalties.promised import (
    begun,
    bonuses,
    contributions,
    minimums,
    own_fees,
    session_fees,
)
from yesand.royalties.together import Divided, divided, together

#: What a fee for a month counts in.
MONTH = "month"
#: How revenue is put together, and the unit that it is divided by; none: it stays as declared.
_Way = tuple[str, str] | None


def lines_for(
    facts: Facts,
    settled: Settled,
    terms: Mapping[str, Terms],
    shares: Mapping[str, Reliance],
) -> tuple[Line, ...]:
    """Return every line of one performer in one currency.

    Parameters
    ----------
    terms : agreement digest → its terms.
    shares : model digest → the performer's share in the report that the settlement names for it.

    Raises
    ------
    CheckFailed : the settlement has no price of a tariff that the terms name.
    """
    lines = [*_royalties(facts, settled, terms, shares), *_fees(facts, settled, terms, shares)]
    lines += own_fees(facts, settled, terms)
    lines += bonuses(facts, settled, terms)
    lines += minimums(facts, settled, terms, lines)
    lines += session_fees(facts, terms)
    return (*lines, *contributions(lines, terms))


def _royalties(
    facts: Facts, settled: Settled, terms: Mapping[str, Terms], shares: Mapping[str, Reliance]
) -> Iterator[Line]:
    weights = {w.model: w for w in facts.weights}
    measured, priced = dict[tuple[str, str], Share](), dict[tuple[str, str], Prices]()
    for found, way in _rows(settled, terms):
        row, weight = found.row, weights.get(found.row.model)
        for agreement in _paying(weight, terms):
            given = terms[agreement]
            if weight is None or _currency(row, given) != facts.currency:
                continue
            if not _counts(settled, row, given.pay, way):
                continue
            # Months and units of a model have the same share, and those of a month the same prices.
            share = measured.get((row.model, agreement))
            if share is None:
                share = _share(settled, weight, agreement, given, shares)
                measured[row.model, agreement] = share
            by = priced.get((row.usage_period, agreement))
            if by is None:
                by = prices(given.pay, settled, row.usage_period)
                priced[row.usage_period, agreement] = by
            pool = _used(facts, found, by, settled)
            yield from lines_of(pool, given.pay, weight, agreement, share)


def _rows(settled: Settled, terms: Mapping[str, Terms]) -> Iterator[tuple[Divided, _Way]]:
    """Yield what was used, as it was declared, and then as each unit divides it."""
    yield from ((Divided(row, ""), None) for row in settled.usage)
    pays = (each.pay for each in terms.values())
    ways = {(pay.pool, pay.pool_unit) for pay in pays if pay.pool != "deployment"}
    for pool, unit in sorted(ways):
        divide = divided_by_payer if pool == "payer" else divided
        yield from ((found, (pool, unit)) for found in divide(settled, unit))


def _counts(settled: Settled, row: UsageTotal, pay: Pay, way: _Way) -> bool:
    """Tell whether an agreement pays by a row, or by the same revenue put together."""
    if pay.pool == "deployment":
        return way is None
    own = pay.pool, pay.pool_unit
    return way == (own if way or together(settled, row, pay.pool_unit) else None)


def _paying(weight: Weight | None, terms: Mapping[str, Terms]) -> list[str]:
    """Return the agreements that pay by a weight: beyond a manifest, those that say they do."""
    given = weight.parts if weight else ()
    beyond = weight is not None and weight.via is not None
    return [p.agreement for p in given if not beyond or terms[p.agreement].pay.descendants]


def _fees(
    facts: Facts, settled: Settled, terms: Mapping[str, Terms], shares: Mapping[str, Reliance]
) -> Iterator[Line]:
    weights = {w.model: w for w in facts.weights}
    for service in settled.services:
        weight = weights.get(service.model)
        for agreement in _paying(weight, terms):
            given = terms[agreement]
            if weight is None or given.pay.currency != facts.currency:
                continue
            for month in service.months:
                fee = known(given.pay, settled, month) if begun(given, month) else None
                if fee is not None and fee.fee_micro:
                    share = _share(settled, weight, agreement, given, shares)
                    pool = _in_service(service, month, fee)
                    yield from lines_of(pool, given.pay, weight, agreement, share)


def _share(
    settled: Settled,
    weight: Weight,
    agreement: str,
    terms: Terms,
    shares: Mapping[str, Reliance],
) -> Share:
    signal = next((m.signal for m in settled.models if m.model == weight.model), None)
    return share_of(weight, agreement, terms.pay, shares.get(weight.model), signal)


def _used(facts: Facts, found: Divided, by: Prices, settled: Settled) -> Pool:
    row = found.row
    late = row.usage_period != facts.period
    told = row.unit, row.realtime, row.quantity
    earned_in = row.currency if row.unit == REVENUE and row.currency else facts.currency
    micro, made, record = by.pool(*told), reasons.made(by, earned_in, *told), None
    if earned_in != facts.currency:
        rate = rate_of(settled.rates, row.usage_period, earned_in, facts.currency)
        micro, record = rate.convert(micro), rate.record
        made = f"{made}, which {rate.told()} is {Money(facts.currency, micro)}"
    return Pool(
        kind=Kind.LATE if late else Kind.ROYALTY,
        currency=facts.currency,
        micro=micro,
        made=found.why + made if made else "",
        unpriced=f"{row.quantity:,} × {row.unit}, for which the terms name no price.",
        late=f"Usage of {row.usage_period}, which came in late: "
        if late
        else reasons.estimated(row.estimate),
        about={
            "licensee": row.licensee,
            "deployment": row.deployment,
            "model": row.model,
            "usage_period": row.usage_period,
            "unit": row.unit,
            "realtime": row.realtime,
            "quantity": row.quantity,
            "price_micro": by.price(row.unit, row.realtime),
            "tariff": by.called,
            "tariff_digest": by.record,
            "exchange": record,
            "earned_in": earned_in if record else None,
            "payers": found.payers,
            "estimate": row.estimate,
        },
    )


def _in_service(service: Service, month: str, by: Prices) -> Pool:
    return Pool(
        kind=Kind.PERIOD_FEE,
        currency=by.currency,
        micro=by.fee_micro,
        made=reasons.fee(by, month, service.deployment),
        about={
            "licensee": service.licensee,
            "deployment": service.deployment,
            "model": service.model,
            "usage_period": month,
            "unit": MONTH,
            "quantity": 1,
            "price_micro": by.fee_micro,
            "tariff": by.called,
            "tariff_digest": by.record,
        },
    )


def _currency(row: UsageTotal, terms: Terms) -> str:
    # A part of declared revenue is paid in the currency it was earned in, and no rate is needed,
    # unless the terms ask for one currency.
    earned = row.unit == REVENUE and row.currency and not terms.pay.one_currency
    return row.currency if earned and row.currency else terms.pay.currency
