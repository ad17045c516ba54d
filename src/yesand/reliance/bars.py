"""A report's shares as rows of a table, each with its bar; who may not be named is summed up."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

Shares = Mapping[str, Mapping[str, int]]


@dataclass(frozen=True)
class Bar:
    """One performer's bar; lengths are hundredths of the longest end of an interval."""

    name: str
    share_ppb: int
    low_ppb: int | None
    high_ppb: int | None
    length: float
    start: float
    end: float


def drawn(shares: Shares, seen: set[str] | None) -> list[Bar]:
    """Return the bars, the largest first, the others last and without an interval.

    Parameters
    ----------
    seen : the handles that may be named; none: all of them.
    """
    named = {n: s for n, s in shares.items() if seen is None or n in seen}
    rest = sum(s["share_ppb"] for n, s in shares.items() if n not in named)
    longest = max([1, rest, *(s["high_ppb"] for s in named.values())])
    rows = sorted(named.items(), key=lambda item: (-item[1]["share_ppb"], item[0]))
    made = [_bar(n, s["share_ppb"], s["low_ppb"], s["high_ppb"], longest) for n, s in rows]
    if rest:
        made.append(_bar(f"{len(shares) - len(named)} others", rest, None, None, longest))
    return made


def _bar(name: str, ppb: int, low: int | None, high: int | None, longest: int) -> Bar:
    def scaled(value: int | None) -> float:
        return round(100 * (value or 0) / longest, 2)

    return Bar(name, ppb, low, high, scaled(ppb), scaled(low), scaled(high))
