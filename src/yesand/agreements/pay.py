"""The pay of an agreement: fees, prices, shares, and how a pool is divided."""

from __future__ import annotations

from typing import Annotated, Literal, Self

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, Strict, model_validator

from yesand.kernel.errors import BadInput
from yesand.kernel.money import Money, exponent

MILLION = 1_000_000


def _currency(code: str) -> str:
    try:
        exponent(code)
    except BadInput as fault:
        raise ValueError(fault.what) from fault
    return code


Currency = Annotated[str, AfterValidator(_currency)]
#: What is signed is meant: "yes" and 1 are no truth value, "3" and 3.0 no whole number.
Flag = Annotated[bool, Strict()]
Whole = Annotated[int, Strict()]
#: Parts in a million, as an integer.
Ppm = Annotated[Whole, Field(ge=0, le=MILLION)]


class Part(BaseModel):
    """A part of the terms: plain data, never changed, and nothing in it that it does not know."""

    model_config = ConfigDict(frozen=True, extra="forbid", strict=False)


class Amount(Part):
    """An amount of money in micro-units (10⁻⁶ of the major unit)."""

    currency: Currency
    micro: Annotated[Whole, Field(ge=0, lt=2**53)]

    @classmethod
    def of(cls, currency: str, major: str) -> Amount:
        """Read a decimal amount in major units."""
        return cls(currency=currency, micro=Money.of(currency, major).micro)

    def money(self) -> Money:
        """Return it as money."""
        return Money(self.currency, self.micro)


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


class Pay(Part):
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

    @model_validator(mode="after")
    def _one_currency(self) -> Self:
        amounts = [*self.per_unit.values(), self.session_fee, self.minimum_per_period]
        if any(a is not None and a.currency != self.currency for a in amounts):
            raise ValueError(f"all amounts must be in {self.currency}")
        return self
