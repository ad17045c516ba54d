"""Earnings or use by month, as a small chart: bars in a box of 100 by 100, drawn by the page."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from yesand.kernel.clock import Period
from yesand.kernel.money import Money

#: Of a month's room, how much its bar fills.
FILL = 0.7


@dataclass(frozen=True)
class Bar:
    """One month: its bar's place and size in hundredths of the chart, and what it stands for."""

    period: str
    year: str
    value: int
    says: str
    x: float
    y: float
    width: float
    height: float


@dataclass(frozen=True)
class Chart:
    """The months in order, the highest of them, and all of it in a sentence.

    ``unit`` is a currency's code, or what use is counted in.
    """

    unit: str
    bars: tuple[Bar, ...]
    most: str

    @property
    def told(self) -> str:
        """The chart for who cannot see it."""
        return "; ".join(f"{bar.period}: {bar.says}" for bar in self.bars if bar.value)


def drawn(currency: str, earned: Mapping[str, int], last: Period, months: int = 12) -> Chart:
    """Draw what was earned in the months up to ``last``.

    Parameters
    ----------
    earned : ``2026-10`` → micro-units.

    >>> drawn("EUR", {"2026-10": 2_000_000}, Period(2026, 10), months=2).bars[1].height
    100.0
    """
    return _charted(currency, earned, last, months, lambda micro: str(Money(currency, micro)))


def counted(unit: str, used: Mapping[str, int], last: Period, months: int = 12) -> Chart:
    """Draw how much was used in the months up to ``last``.

    Parameters
    ----------
    used : ``2026-10`` → quantity.

    >>> counted("request", {"2026-10": 4170}, Period(2026, 10), months=2).told
    '2026-10: 4,170 × request'
    """
    return _charted(unit, used, last, months, lambda quantity: f"{quantity:,} × {unit}")


def _charted(
    unit: str, values: Mapping[str, int], last: Period, months: int, say: Callable[[int], str]
) -> Chart:
    periods = before(last, months)
    found = [values.get(str(p), 0) for p in periods]
    most = max([0, *found])
    bars = tuple(
        _bar(p, n, months, value, most, say(value))
        for n, (p, value) in enumerate(zip(periods, found, strict=True))
    )
    return Chart(unit, bars, say(most))


def before(last: Period, months: int) -> list[Period]:
    """Return the months up to ``last``, the oldest first."""
    ends = [last.year * 12 + last.month - 1 - back for back in reversed(range(months))]
    return [Period(end // 12, end % 12 + 1) for end in ends]


def _bar(period: Period, place: int, months: int, value: int, most: int, says: str) -> Bar:
    room = 100 / months
    height = 100 * value / most if most else 0.0
    first = place == 0 or period.month == 1
    return Bar(
        period=str(period),
        year=f"’{period.year % 100:02d}" if first else "",
        value=value,
        says=says,
        x=round(room * (place + (1 - FILL) / 2), 2),
        y=round(100 - height, 2),
        width=round(room * FILL, 2),
        height=round(height, 2),
    )
