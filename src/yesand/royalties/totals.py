"""Questions to the usage store: what is due now, and what waits in escrow, and why."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import ibis
import pyarrow as pa

from yesand.royalties.engines import fetched, given

UNKNOWN = "no deployment of that name is registered"
BEFORE = "before the deployment was in service"
AFTER = "after the deployment was decommissioned"


@dataclass(frozen=True)
class Window:
    """A deployment's time in service; ``until`` is None while it goes on."""

    deployment: str
    since: datetime
    until: datetime | None = None


@dataclass(frozen=True)
class Mark:
    """Usage of a deployment and month is settled up to this batch (its sequence number)."""

    deployment: str
    period: str
    up_to: int


@dataclass(frozen=True)
class Total:
    """An amount of use: of one deployment, unit, currency, pace and month."""

    deployment: str
    unit: str
    currency: str | None
    realtime: bool
    period: str
    quantity: int
    events: int


@dataclass(frozen=True)
class Used:
    """How much of a deployment was used in a month, whatever came of it."""

    unit: str
    currency: str | None
    period: str
    quantity: int
    events: int


@dataclass(frozen=True)
class Delivered:
    """How much of one deployment and unit was delivered for a month."""

    deployment: str
    unit: str
    currency: str | None
    quantity: int
    events: int


@dataclass(frozen=True)
class Held:
    """Use that nobody can be billed for as things stand: kept, and settled once they can."""

    deployment: str
    period: str
    unit: str
    reason: str
    quantity: int
    events: int

    def __str__(self) -> str:
        """Say what waits and why."""
        return (
            f"{self.events:,} events of {self.deployment!r} in {self.period} "
            f"({self.quantity:,} × {self.unit}): {self.reason}"
        )


def due(
    session: Any, events: Any, windows: Iterable[Window], marks: Iterable[Mark], last: str
) -> list[Total]:
    """Return what no settlement has counted yet, of months up to ``last``, in order."""
    rows = counted(session, events, windows, marks, last)
    by = ["deployment", "unit", "currency", "realtime", "period"]
    return [Total(**row) for row in _summed(rows, by)]


def counted(
    session: Any, events: Any, windows: Iterable[Window], marks: Iterable[Mark], last: str
) -> Any:
    """Return the events that ``due`` adds up, as an ibis table."""
    rows = _with_windows(session, events, windows)
    rows = rows.filter(rows.period <= last, _reason(rows).isnull())
    return _unmarked(session, rows, marks)


def held(session: Any, events: Any, windows: Iterable[Window], marks: Iterable[Mark]) -> list[Held]:
    """Return what waits in escrow, with the reason.

    ``marks`` name what was settled before a deployment's end was known: that does not wait.
    """
    rows = _with_windows(session, events, windows)
    rows = rows.mutate(reason=_reason(rows))
    ended = _unmarked(session, rows.filter(rows.reason == AFTER), marks)
    rows = rows.filter(rows.reason.isin([UNKNOWN, BEFORE])).union(ended)
    return [Held(**row) for row in _summed(rows, ["deployment", "period", "unit", "reason"])]


def used(session: Any, events: Any, deployment: str) -> list[Used]:
    """Return all use of a deployment that was delivered, settled or not, in order."""
    rows = events.filter(events.deployment == deployment)
    return [Used(**row) for row in _summed(rows, ["unit", "currency", "period"])]


def delivered(session: Any, events: Any, names: Iterable[str], period: str) -> list[Delivered]:
    """Return all use of these deployments that was delivered for a month, in order."""
    rows = events.filter(events.deployment.isin(list(names)), events.period == period)
    return [Delivered(**row) for row in _summed(rows, ["deployment", "unit", "currency"])]


def paced(session: Any, events: Any, names: Iterable[str], periods: Iterable[str]) -> list[Total]:
    """Return all use of these deployments that was delivered for these months, in order."""
    rows = events.filter(events.deployment.isin(list(names)), events.period.isin(list(periods)))
    by = ["deployment", "unit", "currency", "realtime", "period"]
    return [Total(**row) for row in _summed(rows, by)]


def _summed(rows: Any, by: list[str]) -> list[dict[str, Any]]:
    # A sum may need more than 64 bits; a decimal carries that whole, through any engine, to Python.
    quantity = rows.quantity.cast("decimal(19, 0)").sum().cast("decimal(38, 0)")
    summed = rows.group_by(by).agg(quantity=quantity, events=rows.count()).order_by(by)
    return [{**row, "quantity": int(row["quantity"])} for row in fetched(summed)]


def _with_windows(session: Any, events: Any, windows: Iterable[Window]) -> Any:
    schema = pa.schema(
        [("deployment", pa.string()), ("since", pa.timestamp("us")), ("until", pa.timestamp("us"))]
    )
    rows = [
        {"deployment": w.deployment, "since": _naive(w.since), "until": w.until and _naive(w.until)}
        for w in windows
    ]
    return events.left_join(_table(session, "windows", rows, schema), "deployment").drop(
        "deployment_right"
    )


def _unmarked(session: Any, events: Any, marks: Iterable[Mark]) -> Any:
    schema = pa.schema(
        [("deployment", pa.string()), ("period", pa.string()), ("up_to", pa.int64())]
    )
    rows = [{"deployment": m.deployment, "period": m.period, "up_to": m.up_to} for m in marks]
    known = _table(session, "marks", rows, schema)
    return events.anti_join(
        known,
        [
            events.deployment == known.deployment,
            events.period == known.period,
            events.batch <= known.up_to,
        ],
    )


def _reason(rows: Any) -> Any:
    return ibis.cases(
        (rows.since.isnull(), UNKNOWN),
        (rows["at"] < rows.since, BEFORE),
        (rows["at"] >= rows.until, AFTER),
    )


def _naive(moment: datetime) -> datetime:
    return moment.astimezone(UTC).replace(tzinfo=None)


def _table(session: Any, name: str, rows: list[dict[str, Any]], schema: pa.Schema) -> Any:
    return given(session, name, pa.Table.from_pylist(rows, schema=schema))
