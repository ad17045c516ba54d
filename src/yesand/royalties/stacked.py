"""Earnings by model and month: bars of parts in a box of 100 by 100, drawn by the page."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from yesand.kernel.clock import Period
from yesand.kernel.money import Money
from yesand.royalties.months import FILL, before

#: Fills are told apart by lightness, and of those an eye keeps only a few.
MODELS = 3
#: The keys of what no single model on the picture brought.
OTHERS, BESIDES = "others", "besides"


@dataclass(frozen=True)
class Part:
    """What one model brought in one month; ``fill`` is its place in the legend."""

    fill: int
    y: float
    height: float


@dataclass(frozen=True)
class Column:
    """One month: its bar's place and width in hundredths, and its parts from the ground up."""

    period: str
    year: str
    x: float
    width: float
    parts: tuple[Part, ...]


@dataclass(frozen=True)
class Series:
    """One model's row of the legend and of the table: what it brought, month by month and in all.

    ``key`` is the model's digest, ``others`` or ``besides``; ``name`` is empty if it is not known.
    """

    key: str
    name: str
    fill: int
    months: tuple[Money, ...]
    total: Money


@dataclass(frozen=True)
class Stacked:
    """The picture of one currency; ``most`` is what the tallest bar stands for."""

    currency: str
    columns: tuple[Column, ...]
    series: tuple[Series, ...]
    most: Money

    @property
    def rows(self) -> list[tuple[str, list[Money]]]:
        """The picture as a table: each month with what each series brought."""
        return [
            (column.period, [one.months[n] for one in self.series])
            for n, column in enumerate(self.columns)
        ]


def stacked(
    currency: str,
    earned: Mapping[str, Mapping[str, int]],
    last: Period,
    names: Mapping[str, str],
    months: int = 12,
) -> Stacked:
    """Draw what each model brought in the months up to ``last``.

    What a month takes back on balance (a correction) is in the table and has no part of a bar.

    Parameters
    ----------
    earned : ``2026-10`` → model's digest (``besides``: what no model brought) → micro-units.
    names : model's digest → its name.

    >>> october = {"2026-10": {"a": 3_000_000, "b": 1_000_000}}
    >>> found = stacked("EUR", october, Period(2026, 10), {"a": "Alto"}, months=1)
    >>> [(part.fill, part.height) for part in found.columns[0].parts]
    [(0, 75.0), (1, 25.0)]
    """
    periods = before(last, months)
    found = [dict(earned.get(str(period), {})) for period in periods]
    rows = _series(currency, found, names)
    drawn = [[max(0, row.months[n].micro) for row in rows] for n in range(months)]
    most = max(map(sum, drawn), default=0)
    columns = [_column(period, n, months, drawn[n], rows, most) for n, period in enumerate(periods)]
    return Stacked(currency, tuple(columns), tuple(rows), Money(currency, most))


def _series(
    currency: str, found: Sequence[Mapping[str, int]], names: Mapping[str, str]
) -> list[Series]:
    totals: Counter[str] = Counter()
    for month in found:
        for key, micro in month.items():
            totals[key] += micro
    models = sorted((k for k in totals if k != BESIDES), key=lambda k: (-totals[k], k))
    groups = {key: [key] for key in models[:MODELS]}
    groups |= {OTHERS: models[MODELS:], BESIDES: [k for k in totals if k == BESIDES]}
    fills = {key: n for n, key in enumerate(models[:MODELS])}
    fills |= {OTHERS: MODELS, BESIDES: MODELS + 1}
    return [
        _one(
            currency,
            key,
            names.get(key, ""),
            fills[key],
            [sum(m.get(k, 0) for k in keys) for m in found],
        )
        for key, keys in groups.items()
        if keys
    ]


def _one(currency: str, key: str, name: str, fill: int, micros: Sequence[int]) -> Series:
    months = tuple(Money(currency, micro) for micro in micros)
    return Series(key, name, fill, months, Money(currency, sum(micros)))


def _column(
    period: Period, place: int, months: int, micros: list[int], rows: list[Series], most: int
) -> Column:
    room, parts, under = 100 / months, [], 0
    for micro, row in zip(micros, rows, strict=True):
        if micro:
            under += micro
            parts.append(
                Part(row.fill, round(100 - 100 * under / most, 2), round(100 * micro / most, 2))
            )
    first = place == 0 or period.month == 1
    return Column(
        period=str(period),
        year=f"’{period.year % 100:02d}" if first else "",
        x=round(room * (place + (1 - FILL) / 2), 2),
        width=round(room * FILL, 2),
        parts=tuple(parts),
    )
