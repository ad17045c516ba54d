"""What terms are made of: parts, amounts, and numbers that mean what they say."""

from __future__ import annotations

from typing import Annotated

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, Strict

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
