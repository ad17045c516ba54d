"""The bench's tariffs and instruments: kept in plain lists, read by the real pure core."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta

from yesand.kernel.clock import Period
from yesand.kernel.errors import Refused
from yesand.kernel.ids import digest_of
from yesand.kernel.money import MICRO
from yesand.royalties.exchange import Exchange
from yesand.royalties.facts import Taxed
from yesand.royalties.instruments.shapes import (
    Certificate,
    Correction,
    Direction,
    Instrument,
    Rates,
    TaxRow,
    TaxTable,
)
from yesand.royalties.lines import Kind
from yesand.royalties.simulating import steps
from yesand.royalties.tariffs.tariff import InForce, Tariff, parse, standing
from yesand.royalties.units import UNITS

DONE = "done"


def tariff_told(step: steps.Publish) -> dict[str, object]:
    """Return a version of a tariff as a producer writes it."""
    return {
        "name": step.name,
        "version": step.version,
        "effective": f"{step.effective}",
        "currency": step.currency,
        "per_unit": dict(step.per_unit),
        "revenue_share_ppm": step.revenue_share_ppm,
        "realtime_multiple_ppm": step.realtime_multiple_ppm,
        "period_fee_micro": step.period_fee_micro,
    }


def table_of(step: steps.Tax) -> TaxTable:
    """Return a country's table as a producer enters it."""
    return TaxTable(
        country=step.country,
        name=f"tax-{step.country}",
        effective=f"{step.effective}",
        kinds=tuple(map(Kind, step.kinds)),
        rows=tuple(TaxRow(residence=c, ppm=ppm, law="a treaty") for c, ppm in step.rows),
        default_ppm=step.default_ppm,
        default_law="the law",
        backup_ppm=step.backup_ppm,
        backup_law="the law, where nothing is certified",
    )


def rates_of(step: steps.Quote) -> Rates:
    """Return exchange rates as a producer enters them."""
    days = {f"{day}": dict(rates) for day, rates in step.days}
    return Rates(name="bank", base=step.base, effective=f"{step.effective}", days=days)


def own_of(step: steps.Certify | steps.Direct, key: str) -> Certificate | Direction:
    """Return what is a performer's own, by their public key."""
    if isinstance(step, steps.Certify):
        return Certificate(
            performer=step.handle,
            performer_key=key,
            country=step.country,
            form="a certificate",
            effective=f"{step.effective}",
            until=f"{step.until}",
        )
    return Direction(
        performer=step.handle,
        performer_key=key,
        role="agent",
        to=step.to,
        ppm=step.ppm,
        effective=f"{step.effective}",
    )


def remeasure_of(step: steps.Remeasure, on: date, model: str, report: str) -> Correction:
    """Return a correction of a report as a producer enters it on a day."""
    return Correction(
        month=step.month, effective=f"{on}", why="an error", model=model, report=report
    )


def recount_of(step: steps.Recount, on: date) -> Correction:
    """Return a correction of usage as a producer enters it on a day."""
    return Correction(
        month=step.month,
        effective=f"{on}",
        why="an error",
        deployment=step.deployment,
        unit=step.unit,
        currency=step.currency,
        realtime=step.realtime,
        usage_period=step.used,
        quantity=step.quantity,
    )


@dataclass
class Entered:
    """All that was published and entered so far, in order."""

    tariffs: list[tuple[str, Tariff]] = field(default_factory=list)
    instruments: dict[str, Instrument] = field(default_factory=dict)

    def publish(self, step: steps.Publish, settled: Iterable[str]) -> str:
        """Publish a version of a tariff, as the tariffs' services check it."""
        made = parse(tariff_told(step), UNITS)
        there = [t for _, t in self.tariffs if t.name == made.name]
        known = [t for t in there if t.version == made.version]
        if known == [made]:
            return DONE
        if known or made.version != len(there) + 1:
            raise Refused("Published otherwise, or out of turn", where=made.called)
        if there:
            early = made.effective <= there[-1].effective or any(map(made.in_force, settled))
            if early or made.currency != there[-1].currency:
                raise Refused("It does not follow the version before", where=made.called)
        self.tariffs.append((digest_of(["tariff", made.as_json()]), made))
        return DONE

    def in_force(self, name: str, month: str) -> InForce:
        """Return the version of a tariff that prices a month."""
        found = standing([t for _, t in self.tariffs if t.name == name], month)
        if found is None:
            raise Refused("No version of the tariff is in force", where=f"{name} {month}")
        record = next(digest for digest, t in self.tariffs if t == found)
        return InForce(month=month, record=record, tariff=found)

    def begins(self, name: str) -> str:
        """Return the first month that a tariff prices; of none that there is, none that comes."""
        first = next((t for _, t in self.tariffs if t.name == name), None)
        if first is None:
            return "9999-12"
        month = Period.parse(first.effective[:7])
        return str(month if first.effective.endswith("-01") else month.next())

    def enter(self, told: Instrument) -> str:
        """Enter an instrument; the same again is the same."""
        digest = digest_of(told.model_dump(mode="json"))
        about = told.kind, told.subject, told.effective
        others = ((o.kind, o.subject, o.effective) for o in self.instruments.values())
        if digest not in self.instruments and about in others:
            raise Refused("Another begins on that day", where=told.subject[:40])
        self.instruments.setdefault(digest, told)
        return DONE

    def _standing(self, kind: str, subject: str, period: Period) -> str | None:
        day = f"{period.end - timedelta(days=1):%Y-%m-%d}"
        rows = [
            (told.effective, n, digest)
            for n, (digest, told) in enumerate(self.instruments.items())
            if (told.kind, told.subject) == (kind, subject) and told.effective <= day
        ]
        return max(rows)[2] if rows else None

    def taxed(self, countries: Iterable[str], key: str, period: Period) -> Iterator[Taxed]:
        """Yield by which table and certificate the tax of each country is withheld."""
        for country in countries:
            table = self._standing("tax-table", country, period)
            if table is None:
                raise Refused("No table of its rates is in force", where=country)
            shown = self._standing("certificate", key, period)
            if shown is not None:
                told = self.instruments[shown]
                assert isinstance(told, Certificate)
                good = f"{period.end - timedelta(days=1):%Y-%m-%d}" <= told.until
                shown = shown if good else None
            yield Taxed(country=country, table=table, certificate=shown)

    def directed(self, key: str, period: Period) -> tuple[str, ...]:
        """Return the direction that a performer of that key has given, if it names somebody."""
        found = self._standing("direction", f"{key}.agent", period)
        told = self.instruments[found] if found else None
        return (found,) if found and isinstance(told, Direction) and told.to else ()

    def exchange(self, month: str, one: str, other: str) -> Exchange:
        """Return the rate of a month's last day."""
        day = f"{Period.parse(month).end - timedelta(days=1):%Y-%m-%d}"
        tables = [(d, t) for d, t in self.instruments.items() if isinstance(t, Rates)]
        latest = sorted(enumerate(tables), key=lambda at: (at[1][1].effective, at[0]))
        for _, (digest, table) in reversed(latest):
            rates: Mapping[str, int] = {table.base: MICRO, **table.days.get(day, {})}
            if day in table.days and one in rates and other in rates:
                return Exchange(
                    month=month, day=day, base=table.base, one=one, other=other,
                    one_micro=rates[one], other_micro=rates[other], record=digest,
                )  # fmt: skip
        raise Refused("No exchange rate", where=f"{one} {other} {day}")
