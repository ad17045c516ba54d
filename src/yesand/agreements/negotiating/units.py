"""In which unit a term is filled in: per cent rather than parts in a million."""

from __future__ import annotations

from decimal import Decimal

from yesand.agreements.pay import MILLION


def _(words: str) -> str:
    """Mark words that are looked up later."""
    return words


#: The parts of how a pool is shared; they add up to the whole.
BASIS = "pay.basis."
_UNITS = {
    "multiple_ppm": "×",
    "_ppm": "%",
    "_days": _("days"),
    "_hours": _("hours"),
    "_months": _("months"),
}


def unit(name: str) -> str:
    """Return the unit of a field's number; of an amount of money it is the currency."""
    if name.startswith(BASIS):
        return "%"
    return next((said for end, said in _UNITS.items() if name.endswith(end)), "")


def scale(name: str) -> int | None:
    """Return how many parts one unit of a field is, where it is not filled in as it is kept.

    >>> scale("pay.revenue_share_ppm"), scale("pay.realtime_multiple_ppm"), scale("notice_days")
    (10000, 1000000, None)
    """
    return {"%": MILLION // 100, "×": MILLION}.get(unit(name))


def shown(name: str, value: int) -> str:
    """Write a field's number in the unit that it is filled in with."""
    number = Decimal(value) / (scale(name) or 1)
    return f"{number:f} {unit(name)}" if scale(name) else f"{number:f}"
