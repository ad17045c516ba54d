"""The pay of an agreement: fees, prices, shares, and how a pool is divided."""

from __future__ import annotations

from typing import Annotated, Any, Literal, Self

from pydantic import Field, SerializerFunctionWrapHandler, model_serializer, model_validator

from yesand.agreements.amounts import MILLION, Amount, Currency, Flag, Part, Ppm, Whole
from yesand.agreements.deductions import DEDUCTIONS, Deductions

__all__ = ["MILLION", "Amount", "Basis", "Currency", "Flag", "Part", "Pay", "Ppm", "Whole"]

#: What pays when the measurement is unsure (``royalties.shrinking``).
Uncertainty = Literal["point", "lower-bound", "shrunk"]
#: The name of a table of prices (``royalties.tariffs``).
TariffName = Annotated[str, Field(pattern=r"^([a-z0-9][a-z0-9-]{0,59})?$")]
#: What agreements signed earlier do not state. Left out where it says nothing, so that the bytes
#: and the digest of what was signed stay as they are.
SINCE_SIGNED = [
    *"uncertainty tariff period_fee period_fee_to bonus bonus_unit bonus_after".split(),
    *"non_featured_ppm descendants pool pool_unit".split(),
    *DEDUCTIONS,
]


class Basis(Part):
    """How a pool is shared out, by weight (parts in a million; they add up to a million)."""

    reliance: Ppm = MILLION
    minutes: Ppm = 0
    equal: Ppm = 0

    @model_validator(mode="after")
    def _adds_up(self) -> Self:
        if self.reliance + self.minutes + self.equal != MILLION:
            raise ValueError("the weights of the basis must add up to 1,000,000")
        return self


class Pay(Deductions):
    """What the performer is paid. The pool of one unit of usage is shared by ``basis``.

    Attributes
    ----------
    session_fee : once per session.
    per_unit : usage unit (``royalties.units``) → the pool's price for one such unit.
    revenue_share_ppm : the pool's part of declared revenue (usage unit ``revenue``, micro-units).
    realtime_multiple_ppm : what real-time generation counts: 7.5 × if nothing else is agreed.
    fallback : how the reliance part is shared while no report sets shares.
    minimum_per_period : topped up to this in any month in which a model of theirs is in service.
    contribution_ppm : to the pension and health fund, on top of the pay and never out of it.
    uncertainty : the share as measured, its lower bound (and the rest to a fund), or the share
        drawn towards the equal one by its noise.
    tariff : a published table whose version in force prices each month; in place of prices here.
    period_fee : for each month of each deployment in service, into the pool or to the performer.
    bonus : once, to the performer, when ``bonus_after`` of ``bonus_unit`` of a deployment are used.
    non_featured_ppm : the part of each pool that all in the manifest share equally.
    descendants : whether models made from a model pay too, by what they took over from it.
    pool : whether declared revenue stays with its deployment, or all that a licensee declares for a
        month is divided among its deployments by their use, counted in ``pool_unit``; or what each
        of its paying customers brings in is divided among those that this one used
        (``royalties.payers``).

    What is taken off, and when it is paid: ``Deductions``.
    """

    currency: Currency = "EUR"
    session_fee: Amount | None = None
    per_unit: dict[str, Amount] = Field(default_factory=dict)
    revenue_share_ppm: Ppm = 0
    realtime_multiple_ppm: Annotated[Whole, Field(ge=MILLION, le=100 * MILLION)] = 15 * MILLION // 2
    basis: Basis = Basis()
    fallback: Literal["equal", "minutes"] = "minutes"
    minimum_per_period: Amount | None = None
    contribution_ppm: Ppm = 0
    uncertainty: Uncertainty = "point"
    tariff: TariffName = ""
    period_fee: Amount | None = None
    period_fee_to: Literal["pool", "performer"] = "pool"
    bonus: Amount | None = None
    bonus_unit: Annotated[str, Field(max_length=60)] = ""
    bonus_after: Annotated[Whole, Field(ge=0, lt=2**53)] = 0
    non_featured_ppm: Ppm = 0
    descendants: Flag = True
    pool: Literal["deployment", "licensee", "payer"] = "deployment"
    pool_unit: Annotated[str, Field(max_length=60)] = ""

    @property
    def amounts(self) -> tuple[Amount, ...]:
        """Every amount that is named."""
        earned = self.session_fee, self.minimum_per_period, self.period_fee, self.bonus
        named = [*earned, self.advance, self.least_payout]
        return (*self.per_unit.values(), *(amount for amount in named if amount is not None))

    @property
    def pooled(self) -> bool:
        """Whether anything goes into a pool."""
        fee = self.period_fee is not None and self.period_fee_to == "pool"
        return bool(self.per_unit or self.revenue_share_ppm or self.tariff or fee)

    @model_validator(mode="after")
    def _one_currency(self) -> Self:
        if any(amount.currency != self.currency for amount in self.amounts):
            raise ValueError(f"all amounts must be in {self.currency}")
        return self

    @model_validator(mode="after")
    def _one_price(self) -> Self:
        priced = self.per_unit or self.revenue_share_ppm
        if self.tariff and (priced or (self.period_fee and self.period_fee_to == "pool")):
            raise ValueError(
                "a tariff names the prices: leave out per_unit, revenue_share_ppm and the pool's "
                "period_fee, or the tariff"
            )
        if self.period_fee is None and self.period_fee_to != "pool":
            raise ValueError("period_fee_to says where a period_fee goes: name the period_fee")
        if not bool(self.bonus) == bool(self.bonus_unit) == bool(self.bonus_after):
            raise ValueError("a bonus needs its amount, bonus_unit and bonus_after, all three")
        return self

    @model_validator(mode="after")
    def _one_pool(self) -> Self:
        together = self.pool != "deployment"
        if together != bool(self.pool_unit):
            raise ValueError(f"a {self.pool}'s pool needs the pool_unit that its use is counted in")
        if together and not (self.revenue_share_ppm or self.tariff):
            raise ValueError(f"a {self.pool}'s pool is one of revenue: name revenue_share_ppm")
        if self.pool == "payer" and self.pool_unit == "revenue":
            raise ValueError("a payer's pool is divided by use: name a pool_unit that counts it")
        return self

    @model_serializer(mode="wrap")
    def _as_signed(self, whole: SerializerFunctionWrapHandler) -> dict[str, Any]:
        plain: dict[str, Any] = whole(self)
        for name in SINCE_SIGNED:
            if getattr(self, name) == type(self).model_fields[name].default:
                del plain[name]
        return plain
