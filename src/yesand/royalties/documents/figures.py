"""Amounts as documents write them: exact, and in a column with one point."""

from __future__ import annotations

from collections.abc import Sequence

from yesand.kernel.money import MICRO, Money, exponent
from yesand.royalties.documents.tongue import Tongue


def places_of(currency: str, amounts: Sequence[int]) -> int:
    """Return how many decimals all the amounts need, so that a column can share one point."""
    needed = exponent(currency)
    for micro in amounts:
        rest = f"{abs(micro) % MICRO:06d}".rstrip("0")
        needed = max(needed, len(rest))
    return needed


def exact(currency: str, micro: int, places: int, _: Tongue) -> str:
    """Write an amount with so many decimals."""
    whole, rest = divmod(abs(micro), MICRO)
    sign = "−" if micro < 0 else ""
    decimals = f".{f'{rest:06d}'[:places]}" if places else ""
    return f"{sign}{_.figure(f'{whole:,}{decimals}')}\u00a0{currency}"


def spaced(money: Money | None, _: Tongue) -> str:
    """Write an amount with as many decimals as it needs; nothing where there is none."""
    if money is None:
        return ""
    return exact(money.currency, money.micro, places_of(money.currency, [money.micro]), _)
