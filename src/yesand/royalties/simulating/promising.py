"""What an agreement of a history promises: each promise with some chance, so that none hides one.

A promise is added in ``PROMISES``; its line in ``owing``, or what is taken off in ``taking``.
"""

from __future__ import annotations

from collections.abc import Callable
from random import Random
from typing import Any

from yesand.agreements.pay import MILLION, Amount, Basis, Pay
from yesand.royalties.simulating.hand import UNITS, Hand
from yesand.royalties.simulating.month import EXPONENTS

AGENTS = ("best-voices", "loud")
_Told = dict[str, Any]


def promised(hand: Hand, currency: str | None = None) -> Pay:
    """Return what one agreement promises, in that currency or any."""
    random = hand.random
    currency = currency or random.choice(("EUR", "EUR", "EUR", *EXPONENTS))
    told: _Told = {"currency": currency, "basis": _basis(random)}
    told["fallback"] = random.choice(("minutes", "equal"))
    _prices(hand, told)
    for chance, promise in PROMISES:
        if random.random() < chance:
            promise(hand, told)
    return Pay(**told)


def _prices(hand: Hand, told: _Told) -> None:
    random, tariff = hand.random, f"film-{told['currency'].lower()}"
    if tariff in hand.tariffs and random.random() < 0.5:
        told["tariff"] = tariff
        return
    prices = random.sample(UNITS, random.randint(1, 4))
    told["per_unit"] = {unit: amount(random, told["currency"], 0, 40_000) for unit in prices}
    if random.random() < 0.5:
        told["revenue_share_ppm"] = random.randint(0, 400_000)
    if random.random() < 0.5:
        told["realtime_multiple_ppm"] = random.randint(MILLION, 9 * MILLION)


def amount(random: Random, currency: str, least: int, most: int) -> Amount:
    """Return an amount of so many micro-units."""
    return Amount(currency=currency, micro=random.randint(least, most))


def _basis(random: Random) -> Basis:
    if random.random() < 0.5:
        return Basis()
    first, second = sorted(random.randint(0, MILLION) for _ in range(2))
    return Basis(reliance=first, minutes=second - first, equal=MILLION - second)


def _minimum(hand: Hand, told: _Told) -> None:
    told["minimum_per_period"] = amount(hand.random, told["currency"], 0, 9_000_000)


def _session_fee(hand: Hand, told: _Told) -> None:
    told["session_fee"] = amount(hand.random, told["currency"], 0, 200_000_000)


def _contribution(hand: Hand, told: _Told) -> None:
    told["contribution_ppm"] = hand.random.randint(1, 300_000)


def _uncertainty(hand: Hand, told: _Told) -> None:
    told["uncertainty"] = hand.random.choice(("lower-bound", "shrunk"))


def _period_fee(hand: Hand, told: _Told) -> None:
    told["period_fee"] = amount(hand.random, told["currency"], 0, 5_000_000)
    if "tariff" in told or hand.random.random() < 0.5:
        told["period_fee_to"] = "performer"


def _bonus(hand: Hand, told: _Told) -> None:
    random = hand.random
    told["bonus"] = amount(random, told["currency"], 0, 90_000_000)
    told["bonus_unit"] = random.choice((*UNITS, "revenue"))
    told["bonus_after"] = random.choice((1, 1, 5_000, 1_000_000, 500_000_000))


def _equal_part(hand: Hand, told: _Told) -> None:
    told["non_featured_ppm"] = hand.random.choice(
        (50_000, MILLION, hand.random.randint(1, MILLION))
    )


def _common_pool(hand: Hand, told: _Told) -> None:
    if told.get("revenue_share_ppm") or "tariff" in told:
        told["pool"], told["pool_unit"] = "licensee", hand.random.choice(UNITS[:2])


def _advance(hand: Hand, told: _Told) -> None:
    random = hand.random
    most = random.choice((1_000_000, 100_000_000, 10_000_000_000))
    told["advance"] = amount(random, told["currency"], 1, most)
    told["advance_name"] = random.choice(("advance", "second"))
    told["recoup_ppm"] = random.choice((MILLION, 500_000, random.randint(1, MILLION)))
    told["cross_collateral"] = random.random() < 0.4
    if random.random() < 0.3:
        told["recoup_from"] = frozenset(random.sample(("minimum", "session-fee"), 1))


def _agent(hand: Hand, told: _Told) -> None:
    told["agent"], told["agent_ppm"] = hand.random.choice(AGENTS), hand.random.randint(1, 400_000)


def _withheld(hand: Hand, told: _Told) -> None:
    if hand.countries:
        told["withhold"] = hand.random.choice(hand.countries)


def _threshold(hand: Hand, told: _Told) -> None:
    most = hand.random.choice((1_000_000, 1_000_000_000))
    told["least_payout"] = amount(hand.random, told["currency"], 0, most)


def _no_descendants(hand: Hand, told: _Told) -> None:
    told["descendants"] = False


def _one_currency(hand: Hand, told: _Told) -> None:
    told["one_currency"] = hand.quoted


def _audit_clause(hand: Hand, told: _Told) -> None:
    random = hand.random
    told["audit_shortfall_ppm"] = random.choice((50_000, 1, random.randint(1, MILLION)))


#: What may be promised beside prices, and how often it is.
PROMISES: tuple[tuple[float, Callable[[Hand, _Told], None]], ...] = (
    (0.3, _minimum),
    (0.3, _session_fee),
    (0.4, _contribution),
    (0.35, _uncertainty),
    (0.25, _period_fee),
    (0.25, _bonus),
    (0.2, _equal_part),
    (0.35, _common_pool),
    (0.25, _advance),
    (0.2, _agent),
    (0.6, _withheld),
    (0.25, _threshold),
    (0.3, _no_descendants),
    (0.4, _one_currency),
    (0.5, _audit_clause),
)
