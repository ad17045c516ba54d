"""Earnings by month, as a small chart: bars in a box of 100 by 100, drawn by the page."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from yesand.kernel.clock import Period
from yesand.kernel.money import Money

#: Of a month's room, how much its bar fills.
_FILL = 0.7


@dataclass(frozen=True)
class Bar:
    """One month: its bar's place and size in hundredths of the chart, and what it stands for."""

    period: str
    name: str
    year: str
    earned: Money
    x: float
    y: float
    width: float
    height: float


@dataclass(frozen=True)
class Chart:
    """The months in order, the highest of them, and all of it in a sentence."""

    currency: str
    bars: tuple[Bar, ...]
    most: Money

    @property
    def total(self) -> Money:
        """What all of these months brought."""
        return Money.total(self.currency, (bar.earned for bar in self.bars))

    @property
    def told(self) -> str:
        """The chart for who cannot see it."""
        earned = [f"{bar.period}: {bar.earned}" for bar in self.bars if bar.earned.micro]
        return "; ".join(earned) or "nothing yet"


def drawn(currency: str, earned: Mapping[str, int], last: Period, months: int = 12) -> Chart:
    """Draw the months up to ``last``.

    Parameters
    ----------
    earned : ``2026-10`` → micro-units.

    >>> drawn("EUR", {"2026-10": 2_000_000}, Period(2026, 10), months=2).bars[1].height
    100.0
    """
    periods = _before(last, months)
    most = max([0, *(earned.get(str(p), 0) for p in periods)])
    bars = tuple(
        _bar(p, n, months, Money(currency, earned.get(str(p), 0)), most)
        for n, p in enumerate(periods)
    )
    return Chart(currency, bars, Money(currency, most))


def _before(last: Period, months: int) -> list[Period]:
    ends = [last.year * 12 + last.month - 1 - back for back in reversed(range(months))]
    return [Period(end // 12, end % 12 + 1) for end in ends]


def _bar(period: Period, place: int, months: int, earned: Money, most: int) -> Bar:
    room = 100 / months
    height = 100 * earned.micro / most if most else 0.0
    first = place == 0 or period.month == 1
    return Bar(
        period=str(period),
        name=f"{period.start:%b}",
        year=f"’{period.year % 100:02d}" if first else "",
        earned=earned,
        x=round(room * (place + (1 - _FILL) / 2), 2),
        y=round(100 - height, 2),
        width=round(room * _FILL, 2),
        height=round(height, 2),
    )
