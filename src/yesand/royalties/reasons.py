"""Why a line has its amount, each in one plain sentence that is signed with it."""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache

from yesand.kernel.money import Money
from yesand.royalties.estimating.estimate import METHOD
from yesand.royalties.lines import REVENUE, Share, Through, percent
from yesand.royalties.pricing import Prices


def made(prices: Prices, currency: str, unit: str, realtime: bool, quantity: int) -> str | None:
    """Say how much usage makes which pool; None where no price is named."""
    pool, price = prices.pool(unit, realtime, quantity), prices.price(unit, realtime)
    by = f", by tariff {prices.called}," if prices.called else ""
    if unit == REVENUE:
        return _of_revenue(prices.revenue_share_ppm, currency, quantity, by, pool)
    if price is None:
        return None
    return _of_use(
        f"{unit} in real time" if realtime else unit, currency, quantity, price, by, pool
    )


# All who share a pool at the same price read the same words.
@lru_cache(maxsize=10_000)
def _of_revenue(ppm: int, currency: str, quantity: int, by: str, pool: int) -> str:
    declared, made = Money(currency, quantity), Money(currency, pool)
    return f"{ppm / 10_000:g} % of {declared} declared revenue{by} is {made}"


@lru_cache(maxsize=10_000)
def _of_use(unit: str, currency: str, quantity: int, price: int, by: str, pool: int) -> str:
    each, made = Money(currency, price), Money(currency, pool)
    return f"{quantity:,} × {unit} at {each}{by} is {made}"


def estimated(record: str | None) -> str:
    """Say that a quantity was estimated, how, and that it is taken back; nothing: it was not."""
    if record is None:
        return ""
    return (
        f"ESTIMATED, as nothing had come in: {METHOD} (estimate {record[:12]}); it is taken back "
        "when the real usage comes in. "
    )


def shared(made: str, share: Share, featured: Money | None = None) -> str:
    """Say what of a pool is the performer's.

    Parameters
    ----------
    featured : what is left of the pool after the part that all share equally, if there is one.
    """
    rest = f", of which {featured} is shared by reliance" if featured is not None else ""
    source = f"report {share.report[:12]} ({share.method})" if share.report else share.method
    if share.policy == "point":
        return f"{made}{rest}; {percent(share.ppb)} of it is yours, by {source}."
    measured = (
        f"{percent(share.point_ppb)} was measured as yours, by {source}, between "
        f"{percent(share.low_ppb)} and {percent(share.high_ppb)}"
    )
    paid = {
        "lower-bound": f"your terms pay the lower bound, {percent(share.ppb)}",
        "shrunk": f"your terms pay it drawn towards equal parts by its noise, {percent(share.ppb)}",
    }[share.policy]
    return f"{made}{rest}; {measured}, and {paid}."


def through(model: str) -> str:
    """Say how a performer is in a model that did not learn from their takes itself."""
    return f" The model was made from model {model[:12]}, which learned from you."


def synthetic(currency: str, parts: Sequence[Through]) -> str:
    """Say what of a line came through synthetic takes, by batch."""
    if not parts:
        return ""
    told = ", ".join(
        f"{Money(currency, one.micro)} ({percent(one.share_ppb)} of the pool) through synthetic "
        f"takes of batch {one.batch[:12]}"
        for one in parts
    )
    return f" Of that, {told}, which descend from yours."


def between(share: Share) -> str:
    """Say what goes to the fund for uncertainty."""
    return (
        f"What lies between the {percent(share.ppb)} that you are paid and the "
        f"{percent(share.point_ppb)} that was measured goes to the fund for uncertainty."
    )


def equally(made: str, pool: Money, ppm: int, performers: int) -> str:
    """Say what of a pool all in the manifest share."""
    return (
        f"{made}; {ppm / 10_000:g} % of it, {pool}, is shared equally by the {performers} "
        "performers in the manifest, whatever the reliance."
    )


def fee(prices: Prices, month: str, deployment: str) -> str:
    """Say what a month of a deployment in service puts into the pool."""
    by = f", by tariff {prices.called}" if prices.called else ""
    amount = Money(prices.currency, prices.fee_micro)
    return f"{deployment} was in service in {month}: {amount} for the month{by}"


def own_fee(amount: Money, month: str, deployment: str) -> str:
    """Say what a month of a deployment in service pays to a performer alone."""
    return f"{deployment} was in service in {month}: your terms pay you {amount} for the month."


def bonus(amount: Money, unit: str, threshold: int, reached: int, deployment: str) -> str:
    """Say why a bonus is due now, and only now."""
    if unit == REVENUE:
        past, now = (str(Money(amount.currency, n)) for n in (threshold, reached))
        counted = f"{now} of declared revenue, and passed {past}"
    else:
        counted = f"{reached:,} × {unit}, and passed {threshold:,}"
    return f"{deployment} has reached {counted}: your terms pay you {amount} for that, once."
