"""A tariff: one version of a table of prices, in force from a day until the next version is.

Pure. A month is priced by the version in force at its first instant (UTC), so no version prices a
part of a month, and none prices what was settled before it was published.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from typing import Annotated, Any, Literal

from pydantic import Field, ValidationError, field_validator

from yesand.agreements.faults import in_words
from yesand.agreements.pay import MILLION, Currency
from yesand.kernel.clock import Period
from yesand.kernel.errors import BadInput
from yesand.royalties.lines import REVENUE, Digest, Month, Schema, Whole

#: As agreements name it (``agreements.pay.TariffName``).
Name = Annotated[str, Field(pattern=r"^[a-z0-9][a-z0-9-]{0,59}$")]
Day = Annotated[str, Field(pattern=r"^\d{4}-\d{2}-\d{2}$")]


class Tariff(Schema):
    """One version of a table of prices, as it is signed.

    Attributes
    ----------
    version : counts up from 1, without a gap.
    effective : the first day on which it is in force.
    per_unit : usage unit → the pool's price for one such unit, in micro-units.
    revenue_share_ppm : the pool's part of declared revenue.
    realtime_multiple_ppm : what real-time generation counts.
    period_fee_micro : into the pool for each month of each deployment in service.
    """

    form: Literal[1] = 1
    name: Name
    version: Annotated[int, Field(ge=1, lt=10**6)]
    effective: Day
    currency: Currency
    per_unit: dict[str, Whole]
    revenue_share_ppm: Annotated[int, Field(ge=0, le=MILLION)] = 0
    realtime_multiple_ppm: Annotated[int, Field(ge=MILLION, le=100 * MILLION)] = MILLION
    period_fee_micro: Whole = 0

    @field_validator("effective")
    @classmethod
    def _is_a_day(cls, day: str) -> str:
        date.fromisoformat(day)
        return day

    @property
    def called(self) -> str:
        """Its name and version, as lines name it.

        >>> Tariff(name="film", version=2, effective="2026-10-01", currency="EUR",
        ...        per_unit={}).called
        'film@2'
        """
        return f"{self.name}@{self.version}"

    def in_force(self, month: str) -> bool:
        """Tell whether it has begun by a month's first instant."""
        return date.fromisoformat(self.effective) <= Period.parse(month).start.date()

    def as_json(self) -> dict[str, Any]:
        """Return it as it is signed."""
        return self.model_dump(mode="json")


class InForce(Schema):
    """Which version prices a month: the table itself, and the record of it in the log."""

    month: Month
    record: Digest
    tariff: Tariff


def parse(told: Any, units: Iterable[str], *, where: str = "tariff") -> Tariff:
    """Read a tariff from JSON data.

    Parameters
    ----------
    units : the usage units that there are (``royalties.units``).

    Raises
    ------
    BadInput : with every field that is wrong; or a unit that nobody counts in.
    """
    try:
        found = Tariff.model_validate(told)
    except ValidationError as fault:
        raise BadInput(
            f"A tariff that does not hold: {in_words(fault, 'tariff')}",
            where=where,
            remedy="Change what is named; docs/royalties.md has an example.",
        ) from fault
    unknown = sorted(found.per_unit.keys() - set(units))
    if REVENUE in found.per_unit:
        raise BadInput("Revenue has no price: name revenue_share_ppm", where=where)
    if unknown:
        raise BadInput(f"Nobody counts in {', '.join(unknown)}", where=f"{where}: per_unit")
    return found


def standing(versions: Iterable[Tariff], month: str) -> Tariff | None:
    """Return the version in force at a month's first instant; none before the first."""
    begun = [each for each in versions if each.in_force(month)]
    return max(begun, key=lambda each: each.version, default=None)
