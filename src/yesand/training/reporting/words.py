"""Figures as a report writes them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

#: As many characters of a name as a plot has place for, and of a pseudonym as tell it apart.
_LONGEST, _ENOUGH = 14, 8
_MASK = "performer-"


def percent(rate: float | None, digits: int = 1) -> str:
    """Return a rate as per cent, which no line break parts; a dash where there is none."""
    return "–" if rate is None else f"{100 * rate:.{digits}f}\N{NO-BREAK SPACE}%"


def between(ends: Sequence[float] | None) -> str:
    """Return a 95 % interval of rates."""
    return "–" if not ends else f"{100 * ends[0]:.1f} to {100 * ends[1]:.1f}\N{NO-BREAK SPACE}%"


def plain(value: float | None) -> str:
    """Return a figure to three decimals; a dash where there is none."""
    return "–" if value is None else f"{value:.3f}"


def missing(part: Mapping[str, Any]) -> str:
    """Return the emotions that a part has no take of."""
    return ", ".join(part["missing"]) or "none"


def short(name: str) -> str:
    """Return a name for a plot: pseudonyms by what tells them apart."""
    if name.startswith(_MASK):
        return name.removeprefix(_MASK)[:_ENOUGH]
    return name if len(name) <= _LONGEST else f"{name[: _LONGEST - 1]}…"


def many(number: int, one: str, more: str = "") -> str:
    """Return ``1 take``, ``2 takes``."""
    return f"{number:,} {one if number == 1 else more or one + 's'}"
