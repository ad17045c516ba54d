"""How an invoice between businesses is taxed, by where the two are established.

Services to a taxable person are taxed where the customer is established (Council Directive
2006/112/EC, Art. 44); if that is another member state, the customer owes the tax (Art. 196).
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from yesand.kernel.errors import BadInput, Refused
from yesand.kernel.money import part

MILLION = 1_000_000
#: The member states; Greece's VAT numbers begin with EL.
EU = frozenset(
    "AT BE BG CY CZ DE DK EE ES FI FR GR HR HU IE IT LT LU LV MT NL PL PT RO SE SI SK".split()
)


class Treatment(StrEnum):
    """How it is taxed: a closed list."""

    DOMESTIC = "domestic"  # the seller's rate
    REVERSE_CHARGE = "reverse charge"  # the customer owes the tax, in their member state
    OUTSIDE = "outside the Union"  # taxed, if at all, where the customer is
    UNSET = "not set"  # the house has not said who it is: no tax is stated


#: What an invoice has to mention (Art. 226), by treatment.
MENTIONS = {
    Treatment.REVERSE_CHARGE: "Reverse charge (Directive 2006/112/EC, Art. 196 and 226 no. 11a).",
    Treatment.OUTSIDE: "Not taxable here (Directive 2006/112/EC, Art. 44).",
    Treatment.UNSET: "No tax is stated: this is no invoice for VAT.",
    Treatment.DOMESTIC: "",
}


@dataclass(frozen=True)
class Rate:
    """A country's standard rate in parts per million, from a day on."""

    country: str
    since: date
    ppm: int

    def __post_init__(self) -> None:
        """Refuse what is no rate; BadInput says why."""
        if not 0 <= self.ppm <= MILLION:
            raise BadInput("A rate is from 0 to 100 per cent", where=self.country)


def rate_on(rates: Iterable[Rate], country: str, day: date) -> Rate:
    """Return a country's rate on a day: the latest that has begun by then.

    Raises
    ------
    Refused : the table has none for that day, and names it.
    """
    begun = [r for r in rates if r.country == country and r.since <= day]
    if not begun:
        raise Refused(
            f"No VAT rate of {country} for {day}",
            remedy=f"Set it: yesand invoices tax {country} 19 --since {day:%Y}-01-01",
        )
    return max(begun, key=lambda r: r.since)


def treatment(seller: str, buyer: str, buyers_vat_id: str) -> Treatment:
    """Return how a service is taxed.

    Parameters
    ----------
    seller, buyer : countries (ISO 3166-1); empty: not known.
    buyers_vat_id : shows that the buyer is a taxable person; without one in the Union the
        service is taxed where the seller is (Art. 45).
    """
    if not seller or not buyer:
        return Treatment.UNSET
    if buyer == seller or seller not in EU:
        return Treatment.DOMESTIC if buyer == seller else Treatment.OUTSIDE
    if buyer not in EU:
        return Treatment.OUTSIDE
    return Treatment.REVERSE_CHARGE if buyers_vat_id else Treatment.DOMESTIC


def tax_minor(net_minor: int, ppm: int) -> int:
    """Return the tax in minor units, rounded once, half to even."""
    return part(net_minor, ppm, MILLION)
