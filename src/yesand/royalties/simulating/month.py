"""The oracle's plain facts of one settlement: agreements, models, use, and what was decreed."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from functools import cached_property
from typing import Any

from yesand.royalties.simulating.decreed import Decreed
from yesand.royalties.simulating.sharing import Interval

#: ISO 4217's exponents of the currencies in which histories pay.
EXPONENTS = {"EUR": 2, "USD": 2, "JPY": 0, "KWD": 3}


@dataclass(frozen=True)
class Deal:
    """A signed agreement as plain data."""

    name: str
    handle: str
    pay: Mapping[str, Any]
    valid_from: date
    signed_at: datetime
    follows: str
    producer: str


@dataclass(frozen=True)
class Row:
    """Use that is due now, added up."""

    deployment: str
    unit: str
    currency: str | None
    realtime: bool
    month: str
    quantity: int


@dataclass(frozen=True)
class Prices:
    """What a unit of use puts into a pool, in micro-units; a fee for each month in service."""

    per_unit: Mapping[str, int]
    revenue_share_ppm: int
    realtime_multiple_ppm: int
    fee: int


@dataclass(frozen=True)
class Month:
    """One settlement's plain facts.

    Attributes
    ----------
    ends : the first moment after the settled month.
    covers : the months whose minimums are due, with the first moment after each.
    models : model → what was given to it: (handle, agreement, milliseconds); ``given`` the same of
        all models that there are, and ``parents`` from which of them each was made.
    deployments : name → (model, licensee); of all that are used or in service.
    serving : name → those of the covered months in which it is in service.
    shares : model → handle → (share, low, high), by the report that stands.
    sessions : the agreement of each session whose fee is due.
    counted : (deployment, unit, currency of revenue) → what was settled before.
    digest : an agreement's or a model's digest by its name: it only orders them.
    carried : (handle, currency) → what the statement before has left.
    advances : (handle, currency) → (producer, name) → (granted, open, over, since).
    decreed : tariffs, tables, certificates, directions and rates as they were then.
    """

    period: str
    ends: datetime
    covers: Mapping[str, datetime]
    models: Mapping[str, Sequence[tuple[str, str, int]]]
    given: Mapping[str, Sequence[tuple[str, str, int]]]
    parents: Mapping[str, Sequence[str]]
    deployments: Mapping[str, tuple[str, str]]
    serving: Mapping[str, Sequence[str]]
    shares: Mapping[str, Mapping[str, Interval]]
    rows: Sequence[Row]
    sessions: Sequence[str]
    deals: Mapping[str, Deal]
    counted: Mapping[tuple[str, str, str | None], int]
    carried: Mapping[tuple[str, str], int]
    advances: Mapping[tuple[str, str], Mapping[tuple[str, str], tuple[int, int, int, str]]]
    decreed: Decreed
    digest: Callable[[str], str]
    stood: dict[str, str] = field(default_factory=dict)

    def stands(self, name: str) -> str:
        """Return the agreement that stood at the month's end in place of one."""
        if name not in self.stood:
            self.stood[name] = stands(self.deals, name, self.ends)
        return self.stood[name]

    def model_of(self, row: Row) -> str:
        """Return the model that was used."""
        return self.deployments[row.deployment][0]

    def payer_of(self, row: Row) -> str:
        """Return the licensee that owes for it."""
        return self.deployments[row.deployment][1]

    def prices(self, pay: Mapping[str, Any], month: str) -> Prices | None:
        """Return the prices of a month; none, if the terms' tariff has not begun."""
        if not pay["tariff"]:
            fee = pay["period_fee"] if pay["period_fee_to"] == "pool" else None
            units = {unit: amount["micro"] for unit, amount in pay["per_unit"].items()}
            share, times = pay["revenue_share_ppm"], pay["realtime_multiple_ppm"]
            return Prices(units, share, times, fee["micro"] if fee else 0)
        step = self.decreed.priced(pay["tariff"], month)
        if step is None:
            return None
        return Prices(
            dict(step.per_unit),
            step.revenue_share_ppm,
            step.realtime_multiple_ppm,
            step.period_fee_micro,
        )

    def begun(self, name: str, month: str) -> bool:
        """Tell whether an agreement begins before a month is over."""
        return f"{self.deals[name].valid_from:%Y-%m}" <= month

    @cached_property
    def given_under(self) -> list[tuple[str, str, str]]:
        """(Handle, standing agreement, model) of all that was given, once each."""
        return self._under({model: {model: self.within(model)} for model in self.models})

    @cached_property
    def paid_under(self) -> list[tuple[str, str, str]]:
        """The same, and of those who are paid through a model that another was made from."""
        return self._under(
            {model: {model: self.within(model), **self.ancestors[model]} for model in self.models}
        )

    @cached_property
    def near_under(self) -> list[tuple[str, str, str]]:
        """The same, and of all others who gave to such a model."""
        return self._under(
            {
                model: {each: self.within(each) for each in (model, *self.ancestors[model])}
                for model in self.models
            }
        )

    def _under(self, whose: Mapping[str, Mapping[str, set[str]]]) -> list[tuple[str, str, str]]:
        found = {
            (handle, self.stands(agreement), model)
            for model, sources in whose.items()
            for source, handles in sources.items()
            for handle, agreement, _ in self.given[source]
            if handle in handles
        }
        return sorted(found)

    def within(self, model: str) -> set[str]:
        """Return the handles of all who gave to a model."""
        return {handle for handle, _, _ in self.given[model]}

    @cached_property
    def ancestors(self) -> dict[str, dict[str, set[str]]]:
        """Model → those that it was made from → who has a share through them, the nearest first.

        A performer beyond the model's own counts with the first that they gave to: generation by
        generation, and in one by the models' digests.
        """
        return {model: self._ancestors(model) for model in self.models}

    def _ancestors(self, model: str) -> dict[str, set[str]]:
        left = set(self.shares.get(model, {})) - self.within(model)
        seen, generation, found = {model}, [model], dict[str, set[str]]()
        while generation and left:
            above = {p for each in generation for p in self.parents.get(each, ())} - seen
            generation = sorted(above, key=self.digest)
            seen |= above
            for parent in generation:
                if theirs := left & self.within(parent):
                    found[parent] = theirs
                    left -= theirs
        return found


def stands(deals: Mapping[str, Deal], name: str, before: datetime) -> str:
    """Return the agreement that stood, at that moment, in place of one."""
    if deals[name].signed_at >= before:
        return name
    while True:
        later = [d for d in deals.values() if d.follows == name and d.signed_at < before]
        if not later:
            return name
        name = later[0].name
