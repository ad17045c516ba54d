"""What each payer's pool brings to each deployment, as a settlement states it. Pure."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

from yesand.kernel.errors import CheckFailed
from yesand.kernel.money import Money
from yesand.royalties.facts import PayerPool, Settled, UsageTotal
from yesand.royalties.lines import REVENUE
from yesand.royalties.together import Divided, divided, together


def divided_by_payer(settled: Settled, unit: str) -> Iterator[Divided]:
    """Yield each deployment's part of what payers brought in, and of what no payer's use divides.

    What was declared without a payer, and what those paid who used nothing, is divided by all use,
    as a licensee's pool is: the parts of both add up to what was declared.
    """
    taken = Counter[tuple[str, str | None]]()
    for pool in settled.payers:
        row = _row(settled, pool, unit)
        if row is None:
            continue
        for part in pool.parts:
            taken[pool.licensee, pool.currency] += part.micro
            about = {"deployment": part.deployment, "model": part.model, "quantity": part.micro}
            made = row.model_copy(update={**about, "realtime": False})
            yield Divided(made, _why(pool, part.deployment, part.micro, part.payers), part.payers)
    yield from divided(settled, unit, taken)


def check_pools(settled: Settled) -> None:
    """Check that no pool divides more than was declared, or among what was not used.

    Raises
    ------
    CheckFailed : one does, and whose.
    """
    for pool in settled.payers:
        used = {
            (row.deployment, row.model)
            for row in settled.usage
            if (row.licensee, row.unit, row.usage_period)
            == (pool.licensee, pool.unit, settled.period)
        }
        parts = {(part.deployment, part.model) for part in pool.parts}
        whole = sum(part.micro for part in pool.parts)
        if not (parts <= used and whole <= pool.micro <= _declared(settled, pool)):
            raise CheckFailed("Payers' pools divide what was not declared", where=pool.licensee)


def _declared(settled: Settled, pool: PayerPool) -> int:
    about = pool.licensee, pool.currency, REVENUE, settled.period
    return sum(
        row.quantity
        for row in settled.usage
        if (row.licensee, row.currency, row.unit, row.usage_period) == about
    )


def _row(settled: Settled, pool: PayerPool, unit: str) -> UsageTotal | None:
    """Return a row of the revenue that a pool divides; none: it is divided by another unit."""
    for row in settled.usage:
        same = (row.licensee, row.currency, unit) == (pool.licensee, pool.currency, pool.unit)
        if same and together(settled, row, unit):
            return row
    return None


def _payers(count: int) -> str:
    return f"{count:,} payer{'' if count == 1 else 's'}"


def _why(pool: PayerPool, deployment: str, micro: int, payers: int) -> str:
    whole, own = (str(Money(pool.currency, m)) for m in (pool.micro, micro))
    return (
        f"Of {whole} that {_payers(pool.payers)} brought {pool.licensee}, {own} fall to "
        f"{deployment}: what each paid is divided by what this one used ({pool.unit}), and "
        f"{payers:,} used it; "
    )
