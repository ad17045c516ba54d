"""The oracle's tariffs, tax tables, certificates, directions and exchange rates: what stands when.

Plain lists of steps in the order in which they came; each question looks through all of them.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import date, timedelta
from fractions import Fraction

from yesand.royalties.simulating import steps

DONE, REFUSED = "done", "Refused"
Dated = steps.Tax | steps.Certify | steps.Direct | steps.Quote


def first_day(month: str) -> date:
    """Return the first day of a month such as ``2026-10``."""
    return date.fromisoformat(f"{month}-01")


def last_day(month: str) -> date:
    """Return the last day of a month."""
    begun = first_day(month)
    return (begun + timedelta(days=32)).replace(day=1) - timedelta(days=1)


@dataclass
class Decreed:
    """All that was published and entered so far."""

    tariffs: list[steps.Publish] = field(default_factory=list)
    dated: list[Dated] = field(default_factory=list)

    def copy(self) -> Decreed:
        """Return what is there now, whatever comes later."""
        return Decreed([*self.tariffs], [*self.dated])

    def publish(self, step: steps.Publish, settled: Iterable[str]) -> str:
        """Publish a version of a tariff; ``settled`` are the months that are settled."""
        there = self.versions(step.name)
        known = [one for one in there if one.version == step.version]
        if known:
            return DONE if known == [step] else REFUSED
        if step.version != len(there) + 1:
            return REFUSED
        if there:
            last = there[-1]
            prices = [month for month in settled if step.effective <= first_day(month)]
            if step.currency != last.currency or step.effective <= last.effective or prices:
                return REFUSED
        self.tariffs.append(step)
        return DONE

    def versions(self, name: str) -> list[steps.Publish]:
        """Return a tariff's versions, the oldest first."""
        return [one for one in self.tariffs if one.name == name]

    def priced(self, name: str, month: str) -> steps.Publish | None:
        """Return the version that prices a month: the last in force at its first instant."""
        begun = [one for one in self.versions(name) if one.effective <= first_day(month)]
        return begun[-1] if begun else None

    def enter(self, step: Dated) -> str:
        """Enter an instrument; of one kind and subject no two begin on one day."""
        if step in self.dated:
            return DONE
        for other in self.dated:
            if _about(other) == _about(step) and other.effective == step.effective:
                return REFUSED
        self.dated.append(step)
        return DONE

    def _standing(self, about: tuple[str, str], day: date) -> Dated | None:
        begun = [one for one in self.dated if _about(one) == about and one.effective <= day]
        return max(begun, key=lambda one: one.effective, default=None)

    def table(self, country: str, day: date) -> steps.Tax | None:
        """Return the tax table of a country on a day."""
        found = self._standing(("tax", country), day)
        return found if isinstance(found, steps.Tax) else None

    def residence(self, handle: str, day: date) -> str | None:
        """Return where a performer is certified to be resident."""
        found = self._standing(("certificate", handle), day)
        good = isinstance(found, steps.Certify) and day <= found.until
        return found.country if good and isinstance(found, steps.Certify) else None

    def directed(self, handle: str, day: date) -> steps.Direct | None:
        """Return to whom a performer directs a part, if to anybody."""
        found = self._standing(("direction", handle), day)
        return found if isinstance(found, steps.Direct) and found.to else None

    def rate(self, month: str, one: str, other: str) -> Fraction | None:
        """Return what one unit of a currency is in another on a month's last day.

        Of two tables that have the day the one that begins later counts, or came in later.
        """
        day = last_day(month)
        found = [rate for at, rate in self._rates(day, one, other)]
        begun = [at for at, _ in self._rates(day, one, other)]
        if not found:
            return None
        latest = max(begun)
        return [rate for at, rate in zip(begun, found, strict=True) if at == latest][-1]

    def _rates(self, day: date, one: str, other: str) -> Iterator[tuple[date, Fraction]]:
        for step in self.dated:
            if isinstance(step, steps.Quote):
                told = {at: dict(rates) for at, rates in step.days}.get(day)
                rates = {step.base: 10**6, **(told or {})}
                if told is not None and one in rates and other in rates:
                    yield step.effective, Fraction(rates[other], rates[one])


def _about(step: Dated) -> tuple[str, str]:
    """Return of what a later one takes the place."""
    if isinstance(step, steps.Tax):
        return "tax", step.country
    if isinstance(step, steps.Quote):
        return "rates", step.base
    return "certificate" if isinstance(step, steps.Certify) else "direction", step.handle
