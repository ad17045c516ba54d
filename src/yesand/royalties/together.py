"""The revenue of all a licensee's deployments together, divided among them by their use.

A pro-rata pool, as music services pay: what the month brought, over all that was used in it. Only
what a settlement settles of its own month is put together; what comes in late stays where it was
declared, as the use that it belongs to is settled already.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from yesand.kernel.money import Money
from yesand.royalties.facts import Settled, UsageTotal
from yesand.royalties.lines import REVENUE, slice_of


@dataclass(frozen=True)
class Divided:
    """A deployment's part of the revenue, and in words how it came about.

    ``payers`` counts whose payments it comes from, where each is divided by itself.
    """

    row: UsageTotal
    why: str
    payers: int | None = None


def together(settled: Settled, row: UsageTotal, unit: str) -> bool:
    """Tell whether a row of revenue goes into its licensee's pool.

    Parameters
    ----------
    unit : what the use is counted in; where nothing was counted in it, there is nothing to divide.
    """
    own = row.unit == REVENUE and row.usage_period == settled.period
    return own and bool(_used(settled, row.licensee, unit))


def divided(
    settled: Settled, unit: str, taken: Mapping[tuple[str, str | None], int] | None = None
) -> Iterator[Divided]:
    """Yield each deployment's part of its licensee's revenue, by currency; they add up to it.

    Parameters
    ----------
    taken : what of it is divided otherwise, by licensee and currency (``payers.divided``).
    """
    sums: dict[tuple[str, str | None], list[UsageTotal]] = defaultdict(list)
    for row in settled.usage:
        if together(settled, row, unit):
            sums[row.licensee, row.currency].append(row)
    for (licensee, currency), rows in sums.items():
        used = _used(settled, licensee, unit)
        apart = (taken or {}).get((licensee, currency), 0)
        revenue, total, before = sum(r.quantity for r in rows) - apart, sum(used.values()), 0
        if apart and not revenue:
            continue
        for (deployment, model), count in used.items():
            part = slice_of(revenue, before, count, total)
            before += count
            about = {"deployment": deployment, "model": model, "quantity": part, "realtime": False}
            whole, own = (str(Money(currency or "", m)) for m in (revenue, part))
            yield Divided(
                rows[0].model_copy(update=about),
                f"Of {whole} that {licensee} declared {_for(apart)}, {own} fall to "
                f"{deployment} by use ({count:,} of {total:,} × {unit}); ",
            )


def _for(apart: int) -> str:
    return "and no payer’s use divides" if apart else "for all its deployments"


def _used(settled: Settled, licensee: str, unit: str) -> dict[tuple[str, str], int]:
    """Return (deployment, model) → how much was used of it in the month, in the names' order."""
    found: dict[tuple[str, str], int] = defaultdict(int)
    for row in settled.usage:
        if (row.licensee, row.unit, row.usage_period) == (licensee, unit, settled.period):
            found[row.deployment, row.model] += row.quantity
    return {one: count for one, count in sorted(found.items()) if count}
