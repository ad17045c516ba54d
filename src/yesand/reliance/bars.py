"""A report's shares as rows of a table, each with its bar; who may not be named is summed up."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

Shares = Mapping[str, Mapping[str, Any]]


@dataclass(frozen=True)
class Bar:
    """One performer's bar, or that of all others; lengths are hundredths of the longest end."""

    name: str
    share_ppb: int
    low_ppb: int | None
    high_ppb: int | None
    length: float
    start: float
    end: float
    #: How many are summed up here without a name.
    others: int = 0
    #: The share lies below the smallest that can be told from none.
    faint: bool = False
    #: What of the share came through synthetic takes.
    through_ppb: int = 0


def drawn(shares: Shares, names: Mapping[str, str], detectable: int | None = None) -> list[Bar]:
    """Return the bars, the largest first, the others last and without an interval.

    Parameters
    ----------
    names : handle → the name to show, of those who may be named (`naming.names`).
    detectable : the smallest share that can be told from none; none: the report does not say.
    """
    named = {h: s for h, s in shares.items() if h in names}
    rest = sum(s["share_ppb"] for h, s in shares.items() if h not in named)
    longest = max([1, rest, *(s["high_ppb"] for s in named.values())])
    rows = sorted(named.items(), key=lambda item: (-item[1]["share_ppb"], item[0]))
    made = [
        replace(
            _bar(names[h], s["share_ppb"], s["low_ppb"], s["high_ppb"], longest),
            faint=detectable is not None and s["share_ppb"] < detectable,
            through_ppb=_through(s),
        )
        for h, s in rows
    ]
    if rest:
        bar = _bar("", rest, None, None, longest)
        through = sum(_through(s) for h, s in shares.items() if h not in named)
        made.append(replace(bar, others=len(shares) - len(named), through_ppb=through))
    return made


def _through(share: Mapping[str, Any]) -> int:
    return sum(share.get("through", {}).values())


def _bar(name: str, ppb: int, low: int | None, high: int | None, longest: int) -> Bar:
    def scaled(value: int | None) -> float:
        return round(100 * (value or 0) / longest, 2)

    return Bar(name, ppb, low, high, scaled(ppb), scaled(low), scaled(high))
