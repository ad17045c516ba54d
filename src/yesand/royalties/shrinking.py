r"""Shares drawn towards the equal one by how noisy they were measured.

Of n measured shares sᵢ with noise variances vᵢ, the spread that is seen is that of what is true
plus the noise: Var(s) = Var(true) + mean(v). So the part of the spread that is signal is

    λ = 1 − mean(v) / Var(s),  no less than 0,

and λ·sᵢ + (1 − λ)/n has the least expected squared error among all such mixtures (the positive-part
rule of W. James and C. Stein, 1961; as an estimate from the data itself, B. Efron and C. Morris,
1973). One λ for a whole report: nobody is drawn further than others.

λ is kept in thousandths, rounded down, towards the equal shares. All in whole numbers: shares in
10⁻⁹ that add up to 10⁹ are drawn to shares that add up to 10⁹. For that each performer needs what
those before leave over in thousandths (``rests``). It says nothing of anybody's share but its last
three digits of nine.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from itertools import accumulate

PERMILLE = 1000
_BILLION = 10**9
#: A 95 % interval of a normal error is 2 × 1.96 standard errors wide; this is its square, × 10⁴.
_WIDTH_SQUARED = 153_664

#: A share with its interval, in 10⁻⁹: share, low, high.
Measured = tuple[int, int, int]


def signal(shares: Sequence[Measured]) -> int:
    """Return λ in thousandths, from 0 (nothing but noise) to 1,000.

    Parameters
    ----------
    shares : of everybody among whom the pool is shared, a zero where the report lacks them.

    >>> signal([(700_000_000, 690_000_000, 710_000_000), (300_000_000, 290_000_000, 310_000_000)])
    999
    >>> signal([(500_000_000, 0, 10**9), (500_000_000, 0, 10**9)])
    0
    """
    n = len(shares)
    # Both times n²: Σ (n·s − 10⁹)² for the spread, n² · Σ (high − low)² / 3.92² for the noise.
    spread = sum((n * share - _BILLION) ** 2 for share, _, _ in shares) * _WIDTH_SQUARED
    noise = sum((high - low) ** 2 for _, low, high in shares) * n * n * 10_000
    if not spread:
        return 0
    return max(0, PERMILLE * (spread - noise) // spread)


def drawn(share: int, equal: int, signal: int, rest: int) -> int:
    """Return a share drawn towards the equal one, in 10⁻⁹.

    >>> drawn(700_000_000, 500_000_000, 900, 0)
    680000000
    """
    return (rest + _mixed(share, equal, signal)) // PERMILLE


def rests(shares: Iterable[tuple[int, int]], signal: int) -> list[int]:
    """Return for each performer, in order, what those before them leave over, in thousandths.

    Parameters
    ----------
    shares : share and equal share of each.
    """
    sums = accumulate((_mixed(share, equal, signal) for share, equal in shares), initial=0)
    return [total % PERMILLE for total in sums][:-1]


def _mixed(share: int, equal: int, signal: int) -> int:
    return signal * share + (PERMILLE - signal) * equal
