"""Payers' pools of a month: computed for its settlement, and checked again from their table."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING, Any

from yesand.agreements.models import Agreement
from yesand.corpus.models import ManifestPerformer
from yesand.kernel import durable
from yesand.kernel.errors import CheckFailed
from yesand.kernel.place import Place
from yesand.royalties.facts import PayerPart, PayerPool
from yesand.royalties.models import PayerCount, Settlement, UsageBatch
from yesand.royalties.payers.pools import (
    Paid,
    digest_of_table,
    pooled,
    read_table,
    table_of,
)
from yesand.training.models import Deployment

if TYPE_CHECKING:
    from yesand.royalties.store import Store


def payerless() -> frozenset[str]:
    """Return the deployments whose payers no terms ask for.

    Those of a licensee whose models have a performer who is paid by payers' pools are asked for,
    all of them: a customer who uses two pays once.
    """
    by_payer = Agreement.objects.filter(terms__pay__pool="payer").values("performer")
    needing = ManifestPerformer.objects.filter(performer__in=by_payer)
    asked = Deployment.objects.filter(model__manifest__in=needing.values("manifest"))
    if needing.exists():  # a descendant's report may name them
        asked = asked | Deployment.objects.filter(model__descent__isnull=False)
    rows = Deployment.objects.exclude(licensee__in=asked.values("licensee"))
    return frozenset(rows.values_list("name", flat=True))


def last_settled() -> str:
    """Return the last month that is settled; nothing: none is."""
    return Settlement.objects.order_by("-period").values_list("period", flat=True).first() or ""


def count(batch: UsageBatch, found: dict[str, int]) -> None:
    """Note how many events of a batch name a payer. Called in the transaction that counts it."""
    PayerCount.objects.bulk_create(
        PayerCount(batch=batch, period=month, events=events) for month, events in found.items()
    )


def pools(
    store: Store, session: Any, due: Any, month: str, asked: Iterable[tuple[str, str]]
) -> tuple[PayerPool, ...]:
    """Return the pools of a month, and keep each one's table.

    Parameters
    ----------
    due : what the settlement counts (``totals.counted``).
    asked : licensees, each with a unit that its use is counted in.

    Raises
    ------
    CheckFailed : payers of the month got lost.
    """
    from yesand.royalties.payers import kept  # DuckDB takes long to load

    wanted = sorted(set(asked))
    if not wanted:
        return ()
    there = dict(PayerCount.objects.filter(period=month).values_list("batch__digest", "events"))
    kept.check(store, month, there)
    rows = Deployment.objects.values_list("name", "model_id", "licensee__slug")
    models = {name: model for name, model, _ in rows}
    whose = {name: licensee for name, _, licensee in rows}
    found: list[PayerPool] = []
    for unit in sorted({unit for _, unit in wanted}):
        theirs: dict[tuple[str, str], list[Paid]] = {}
        summed = kept.paid(store, session, due, month, whose)
        for licensee, currency, one in kept.payers_of(summed, unit):
            if (licensee, unit) in wanted:
                theirs.setdefault((licensee, currency), []).append(one)
        for (licensee, currency), payers in sorted(theirs.items()):
            found.append(_pool(store, licensee, currency, unit, payers, models))
    return tuple(found)


def _pool(
    store: Store,
    licensee: str,
    currency: str,
    unit: str,
    payers: list[Paid],
    models: dict[str, str],
) -> PayerPool:
    from yesand.royalties.payers import kept

    table = table_of(payers)
    name = digest_of_table(table)
    durable.write(kept.table_path(store, name), table)
    made = pooled(payers)
    return PayerPool(
        licensee=licensee,
        currency=currency,
        unit=unit,
        payers=made.payers,
        micro=made.micro,
        table=name,
        parts=tuple(
            PayerPart(deployment=d, model=models[d], payers=part.payers, micro=part.micro)
            for d, part in made.parts.items()
        ),
    )


def forget(store: Store) -> None:
    """Forget who paid in the months that are settled."""
    from yesand.royalties.payers import kept

    kept.forget(store, last_settled())


def check_tables(place: Place, pools: Iterable[PayerPool]) -> Iterator[str]:
    """Compute each pool again from its table; yield a sentence for each.

    Raises
    ------
    CheckFailed : a table is gone or changed, or gives other parts.
    """
    from yesand.royalties.metering.services import store_of
    from yesand.royalties.payers import kept

    for pool in pools:
        path = kept.table_path(store_of(place), pool.table)
        try:
            table = path.read_bytes()
        except OSError as fault:
            raise CheckFailed(
                f"A table of payers cannot be read: {fault}", where=str(path)
            ) from fault
        if digest_of_table(table) != pool.table:
            raise CheckFailed("A table of payers was changed", where=str(path))
        made = pooled(read_table(table, str(path)))
        stated = {part.deployment: (part.micro, part.payers) for part in pool.parts}
        again = {name: (part.micro, part.payers) for name, part in made.parts.items()}
        if (made.payers, made.micro, again) != (pool.payers, pool.micro, stated):
            raise CheckFailed("A table of payers gives other parts", where=str(path))
        yield (
            f"{pool.licensee}, {pool.currency}, by {pool.unit}: {pool.payers:,} payers, computed "
            "again from their table"
        )
