"""What a licensee attests about a month: how much each deployment was used, all of it delivered.

A watermark is the last instant up to which all was delivered, as the sender says; what comes for
before it is late. (The word and the meaning are those of Akidau et al., "The Dataflow Model",
VLDB 2015.)
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from yesand.kernel.clock import Period, stamp
from yesand.kernel.errors import BadInput, YesAndError
from yesand.kernel.money import exponent
from yesand.provenance import dsse
from yesand.provenance.statements import Predicate
from yesand.royalties.lines import REVENUE
from yesand.royalties.units import UNITS

#: What RFC 8785 can carry exactly.
_MOST = 2**53 - 1
WORDS = (
    "To the best of our knowledge these are all uses of our deployments up to the instant named, "
    "and all of them were delivered."
)


@dataclass(frozen=True, order=True)
class Key:
    """What a total is about."""

    deployment: str
    unit: str
    currency: str = ""

    def __str__(self) -> str:
        """Write it for people."""
        return f"{self.deployment}, {self.unit}" + (f" in {self.currency}" if self.currency else "")


#: How much was used, by what it is about.
Totals = Mapping[Key, int]


@dataclass(frozen=True)
class Difference:
    """Where what was attested is not what was metered."""

    key: Key
    attested: int
    metered: int

    @property
    def by(self) -> int:
        """How much more was attested than metered; below nought: less."""
        return self.attested - self.metered


def read(rows: Any, own: Collection[str]) -> dict[Key, int]:
    """Read totals as JSON has them: a list of deployment, unit, quantity and perhaps currency.

    Parameters
    ----------
    own : the licensee's deployments in service in the month.

    Raises
    ------
    BadInput : rows that cannot be attested, all of them named.
    """
    if not isinstance(rows, list):
        raise BadInput("Totals are a list of rows", where="totals")
    found: dict[Key, int] = {}
    faults = []
    for number, row in enumerate(rows, start=1):
        try:
            key, quantity = _row(row, own)
            if key in found:
                raise ValueError(f"a second row about {key}")
            found[key] = quantity
        except (ValueError, YesAndError) as fault:
            why = fault.what if isinstance(fault, YesAndError) else str(fault)
            faults.append(f"row {number}: {why}")
    if faults:
        raise BadInput("Totals that cannot be attested", where="; ".join(faults[:20]))
    return found


def _row(row: Any, own: Collection[str]) -> tuple[Key, int]:
    if not isinstance(row, dict) or row.keys() - {"deployment", "unit", "quantity", "currency"}:
        raise ValueError("not an object of deployment, unit, quantity and currency")
    deployment, unit, currency = (row.get(n) for n in ("deployment", "unit", "currency"))
    if deployment not in own:
        raise ValueError("not a deployment of yours that was in service in the month")
    if unit not in UNITS:
        raise ValueError(f"the unit is not one of {', '.join(UNITS)}")
    if (unit == REVENUE) != bool(currency):
        raise ValueError("revenue has a currency, and nothing else has one")
    if currency:
        exponent(str(currency))
    quantity = row.get("quantity")
    if type(quantity) is not int or not 0 <= quantity <= _MOST:
        raise ValueError("the quantity is not a whole number from 0 on")
    return Key(str(deployment), str(unit), str(currency or "")), quantity


def rows_of(totals: Totals) -> list[dict[str, Any]]:
    """Write totals as JSON, in order."""
    return [
        {"deployment": k.deployment, "unit": k.unit, "quantity": q}
        | ({"currency": k.currency} if k.currency else {})
        for k, q in sorted(totals.items())
    ]


def payload(
    licensee: str,
    period: Period,
    until: datetime,
    models: Mapping[str, str],
    totals: Totals,
    at: datetime,
    supersedes: str | None,
) -> dict[str, Any]:
    """Return what is signed: an in-toto statement about the models in service (name → digest)."""
    told = {
        "licensee": licensee,
        "period": str(period),
        "until": stamp(until),
        "deployments": sorted(models),
        "totals": rows_of(totals),
        "statement": WORDS,
        "at": stamp(at),
        "supersedes": supersedes,
    }
    return dsse.attest(Predicate.USAGE, models, told)


def differences(attested: Totals, metered: Totals) -> Iterator[Difference]:
    """Yield every total in which the two are not the same, in order."""
    for key in sorted({*attested, *metered}):
        pair = attested.get(key, 0), metered.get(key, 0)
        if pair[0] != pair[1]:
            yield Difference(key, *pair)


def added(rows: Iterable[tuple[Key, int]]) -> dict[Key, int]:
    """Add quantities up by what they are about; what comes to nothing is left out."""
    found: dict[Key, int] = {}
    for key, quantity in rows:
        found[key] = found.get(key, 0) + quantity
    return {key: quantity for key, quantity in found.items() if quantity}
