"""The pay of an agreement in plain sentences."""

from __future__ import annotations

from collections.abc import Iterator

from yesand.agreements.terms import MILLION, Basis, Pay

#: How an agreement words a unit of ``royalties.units``, after "For each".
UNITS = {
    "request": "request to a system",
    "inference-second": "second that a system reads",
    "output-second": "second of speech or video that a system makes",
    "character": "character that a system speaks",
}


def percent(ppm: int) -> str:
    """Write parts in a million as a percentage, exactly."""
    return f"{_decimal(ppm, MILLION // 100)} %"


def _decimal(number: int, one: int) -> str:
    """Write ``number / one`` exactly; ``one`` is a power of ten."""
    whole, rest = divmod(number, one)
    fraction = f"{rest:0{len(str(one)) - 1}d}".rstrip("0")
    return f"{whole}.{fraction}" if fraction else str(whole)


def paying(pay: Pay) -> str:
    """Return every promise of the pay, a sentence each."""
    return " ".join(_promises(pay)) or "No pay is promised."


def _promises(pay: Pay) -> Iterator[str]:
    if pay.session_fee:
        yield f"The performer is paid {pay.session_fee.money()} for each session."
    for unit, amount in sorted(pay.per_unit.items()):
        yield f"For each {UNITS.get(unit, unit)}, {amount.money()} goes into a pool."
    if pay.revenue_share_ppm:
        yield f"{percent(pay.revenue_share_ppm)} of what a system earns goes into the pool."
    if pay.per_unit or pay.revenue_share_ppm:
        yield from _pool(pay)
    if pay.minimum_per_period:
        yield (
            f"In every month in which a system trained with the recordings is in use, the "
            f"performer gets at least {pay.minimum_per_period.money()}."
        )
    if pay.contribution_ppm:
        yield (
            f"On top, and not out of the pay, {percent(pay.contribution_ppm)} goes to the "
            "pension and health fund."
        )


def _pool(pay: Pay) -> Iterator[str]:
    if pay.realtime_multiple_ppm != MILLION:
        yield f"Speaking in real time counts {_decimal(pay.realtime_multiple_ppm, MILLION)} times."
    yield f"The pool is shared {_basis(pay.basis)}."
    yield f"Where that reliance is not known, that part is shared {_FALLBACK[pay.fallback]}."
    yield "This goes on for as long as a system that relies on the recordings is in use."


_FALLBACK = {"equal": "equally", "minutes": "by recorded minutes"}
_SHARED = {
    "reliance": "by how much the system relies on each performer",
    "minutes": "by recorded minutes",
    "equal": "equally",
}


def _basis(basis: Basis) -> str:
    parts = [(name, getattr(basis, name)) for name in _SHARED if getattr(basis, name)]
    if len(parts) == 1:
        return _SHARED[parts[0][0]]
    return ", ".join(f"{percent(ppm)} {_SHARED[name]}" for name, ppm in parts)
