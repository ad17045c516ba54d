"""Who paid, in the usage folder: from a delivery until the month is settled, and no longer.

``usage/payers/period=YYYY-MM/<batch>.parquet`` says of an event which payer it names. The events
themselves never hold it, so that forgetting it leaves them as they are.
"""

from __future__ import annotations

import shutil
from collections.abc import Iterator, Mapping
from itertools import groupby
from pathlib import Path
from typing import Any

import ibis
import pyarrow as pa
import pyarrow.parquet as pq

from yesand.kernel import durable
from yesand.kernel.errors import CheckFailed
from yesand.royalties.engines import fetched, read, stream, write
from yesand.royalties.lines import REVENUE
from yesand.royalties.payers.pools import Paid
from yesand.royalties.store import KEY, Store

_SCHEMA = pa.schema(
    [
        ("key_hi", pa.uint64()),
        ("key_lo", pa.uint64()),
        ("deployment", pa.string()),
        ("payer", pa.string()),
    ]
)
#: What names an event: each licensee has names of its own.
_EVENT = [*KEY, "deployment"]


def folder(store: Store) -> Path:
    """Return where payers are kept."""
    return store.folder / "payers"


def keep(store: Store, session: Any, new: Any, batch: str, settled: str) -> dict[str, int]:
    """Keep the payers of a delivery's new events; return how many events name one, by month.

    Parameters
    ----------
    settled : the last month that is settled (or nothing): what comes late names nobody.
    """
    rows = new.filter(new.payer.notnull(), new.period > settled)
    rows = rows.select("period", *_EVENT, "payer")
    counted = rows.group_by("period").agg(events=rows.count()).order_by("period")
    found = {row["period"]: int(row["events"]) for row in fetched(counted)}
    for month in found:
        path = folder(store) / f"period={month}" / f"{batch}.parquet"
        with durable.replacing(path) as partial:
            part = rows.filter(ibis._.period == month).drop("period")
            write(session, part, partial)
    return found


def check(store: Store, month: str, kept: Mapping[str, int]) -> None:
    """Check that all payers of a month's deliveries are there.

    Raises
    ------
    CheckFailed : a file is gone or cannot be read, or lacks some.
    """
    for batch, count in kept.items():
        path = folder(store) / f"period={month}" / f"{batch}.parquet"
        try:
            left = pq.read_metadata(path).num_rows
        except (OSError, pa.ArrowInvalid) as fault:
            raise CheckFailed(f"Payers cannot be read: {fault}", where=str(path)) from fault
        if left != count:
            raise CheckFailed(
                f"Of {count} events with a payer {left} are left",
                where=f"batch {batch[:12]}",
                remedy="Restore usage/ from a backup.",
            )


def paid(
    store: Store, session: Any, due: Any, month: str, whose: Mapping[str, str]
) -> Iterator[tuple[str, str, str | None, str, str, int]]:
    """Yield (payer, licensee, currency, unit, deployment, quantity) of a month, payer by payer.

    Parameters
    ----------
    due : what a settlement counts (``totals.counted``). whose : deployment → licensee.
    """
    files = sorted(folder(store).glob(f"period={month}/*.parquet"))
    if not files:
        return
    named = read(session, files, "named_payers")
    rows = due.filter(due.period == month).inner_join(named, _EVENT)
    by = ["payer", "deployment", "unit", "currency"]
    quantity = rows.quantity.cast("decimal(19, 0)").sum().cast("decimal(38, 0)")
    summed = rows.group_by(by).agg(quantity=quantity).order_by(by)
    for batch in stream(session, summed):
        for row in batch.to_pylist():
            name = row["deployment"]
            told = row["payer"], whose[name], row["currency"], row["unit"], name
            yield *told, int(row["quantity"])


def payers_of(
    rows: Iterator[tuple[str, str, str | None, str, str, int]], unit: str
) -> Iterator[tuple[str, str, Paid]]:
    """Yield (licensee, currency, what they paid and used) for each payer who paid something."""
    for _, theirs in groupby(rows, key=lambda row: row[0]):
        paid_: dict[tuple[str, str], int] = {}
        used: dict[str, dict[str, int]] = {}
        for _, licensee, currency, counted, deployment, quantity in theirs:
            if counted == REVENUE and currency:
                key = licensee, currency
                paid_[key] = paid_.get(key, 0) + quantity
            elif counted == unit:
                used.setdefault(licensee, {})[deployment] = quantity
        for (licensee, currency), micro in sorted(paid_.items()):
            yield licensee, currency, Paid(micro, used.get(licensee, {}))


def forget(store: Store, until: str) -> None:
    """Forget who paid in months up to ``until``: they are settled."""
    for path in folder(store).glob("period=*"):
        if path.name.partition("=")[2] <= until:
            shutil.rmtree(path, ignore_errors=True)


def clear(store: Store, batches: set[str]) -> None:
    """Remove what a killed run left: payers of batches that nobody knows."""
    for path in folder(store).glob("period=*/*"):
        if path.stem not in batches:
            path.unlink()


def table_path(store: Store, digest: str) -> Path:
    """Return where a settlement's table of payers lies, which names none of them."""
    return store.folder / "pools" / f"{digest}.jsonl"
