"""Exchange rates as a settlement states them, and what an amount is in another currency. Pure.

A cross rate follows from two rates to one base: of Regulation (EC) No 1103/97, Art. 4(4), which
has amounts pass through the base, rounded once.
"""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from yesand.kernel.errors import CheckFailed
from yesand.kernel.money import MICRO, part
from yesand.royalties.lines import Digest, Month, Schema

Rate = Annotated[int, Field(gt=0, lt=2**53)]


class Exchange(Schema):
    """The rate of a day by which revenue of a month in one currency is paid in another.

    ``one_micro`` and ``other_micro`` are what one unit of the table's base is in each.
    """

    month: Month
    day: str
    base: str
    one: str
    other: str
    one_micro: Rate
    other_micro: Rate
    record: Digest

    def convert(self, micro: int) -> int:
        """Return an amount in the other currency, rounded once, half to even."""
        return part(micro, self.other_micro, self.one_micro)

    def told(self) -> str:
        """Say the rates: what one of the base is in each."""
        sides = ((self.one, self.one_micro), (self.other, self.other_micro))
        said = " and ".join(f"{_decimal(n)} {code}" for code, n in sides if code != self.base)
        return f"at {said} for 1 {self.base} on {self.day}"


def rate_of(rates: tuple[Exchange, ...], month: str, one: str, other: str) -> Exchange:
    """Return the rate for revenue of a month.

    Raises
    ------
    CheckFailed : the settlement states none.
    """
    for rate in rates:
        if (rate.month, rate.one, rate.other) == (month, one, other):
            return rate
    raise CheckFailed(f"The settlement has no rate from {one} to {other}", where=month)


def _decimal(micro: int) -> str:
    whole, rest = divmod(micro, MICRO)
    fraction = f"{rest:06d}".rstrip("0")
    return f"{whole}.{fraction}" if fraction else str(whole)
