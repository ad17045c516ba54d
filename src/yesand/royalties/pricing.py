"""What a unit of usage puts into a pool: by the agreement's own prices, or by a tariff in force."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from yesand.agreements.pay import MILLION, Pay
from yesand.kernel.errors import CheckFailed
from yesand.kernel.money import part
from yesand.royalties.facts import Settled
from yesand.royalties.lines import REVENUE


@dataclass(frozen=True)
class Prices:
    """The prices of one month, in micro-units of a currency.

    Attributes
    ----------
    fee_micro : into the pool, for a month of a deployment in service.
    called, record : of the tariff that names them, if one does.
    """

    currency: str
    per_unit: Mapping[str, int]
    revenue_share_ppm: int
    realtime_multiple_ppm: int
    fee_micro: int = 0
    called: str | None = None
    record: str | None = None

    @classmethod
    def of(cls, pay: Pay) -> Prices:
        """Return an agreement's own."""
        fee = pay.period_fee.micro if pay.period_fee and pay.period_fee_to == "pool" else 0
        return cls(
            pay.currency,
            {unit: amount.micro for unit, amount in pay.per_unit.items()},
            pay.revenue_share_ppm,
            pay.realtime_multiple_ppm,
            fee,
        )

    def price(self, unit: str, realtime: bool) -> int | None:
        """Return the pool's price of one unit; None if none is named."""
        micro = self.per_unit.get(unit)
        if micro is None:
            return None
        return part(micro, self.realtime_multiple_ppm if realtime else MILLION, MILLION)

    def pool(self, unit: str, realtime: bool, quantity: int) -> int:
        """Return the pool of some usage (nothing if no price is named)."""
        if unit == REVENUE:
            return part(quantity, self.revenue_share_ppm, MILLION)
        return quantity * (self.price(unit, realtime) or 0)


def prices(pay: Pay, settled: Settled, month: str) -> Prices:
    """Return the prices by which an agreement pays for use in a month.

    Raises
    ------
    CheckFailed : the settlement holds no version of the agreement's tariff for that month.
    """
    found = known(pay, settled, month)
    if found is None:
        raise CheckFailed(f"No version of the tariff {pay.tariff} for {month}", where=pay.currency)
    return found


def known(pay: Pay, settled: Settled, month: str) -> Prices | None:
    """Return the prices of a month; None before the first version of the agreement's tariff."""
    if not pay.tariff:
        return Prices.of(pay)
    for each in settled.tariffs:
        found = each.tariff
        if (found.name, each.month, found.currency) == (pay.tariff, month, pay.currency):
            return Prices(
                found.currency,
                found.per_unit,
                found.revenue_share_ppm,
                found.realtime_multiple_ppm,
                found.period_fee_micro,
                found.called,
                each.record,
            )
    return None
