"""Estimating what is missing of a settled month, keeping that signed, and truing it up.

The house setting ``estimate_missing`` (``off``, if nothing is said) has every settlement keep an
estimate of each deployment of which nothing came in. An estimate is a statement of its own, marked
as one wherever it is shown; it puts nothing on a performer's statement and nothing in the ledger,
unless a producer settles that month on estimates (``settling.services.settle``, ``truing``).
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from yesand.kernel.clock import Period, stamp
from yesand.kernel.errors import BadInput
from yesand.kernel.ids import digest_of
from yesand.kernel.place import Place
from yesand.provenance import dsse
from yesand.provenance import services as log
from yesand.provenance.kinds import Kind
from yesand.provenance.statements import Predicate
from yesand.royalties.attesting.services import in_service, standing
from yesand.royalties.estimating.estimate import (
    BACK,
    METHOD,
    MONTHS,
    Known,
    TrueUp,
    What,
    days_in,
    estimated,
    true_up,
)
from yesand.royalties.models import Estimate, UsageBatch
from yesand.royalties.spooling.collecting.services import collect
from yesand.training.models import Deployment

#: What was used in a month, by deployment and month.
Used = dict[tuple[str, str], dict[What, int]]


@dataclass(frozen=True)
class Proposed:
    """An estimate of a deployment's month, and the months that it rests on."""

    deployment: Deployment
    period: Period
    rows: dict[What, int]
    months: tuple[str, ...]

    def __str__(self) -> str:
        """Say it in a line."""
        told = ", ".join(f"{quantity:,} × {what.unit}" for what, quantity in self.rows.items())
        return f"ESTIMATE {self.period}, {self.deployment.name}: {told} ({METHOD})"


def wanted(place: Place) -> bool:
    """Tell whether settlements keep estimates of what is missing.

    Raises
    ------
    BadInput : the setting is neither ``on`` nor ``off``.
    """
    told = place.settings.get("estimate_missing", "off")
    if told not in {"on", "off"}:
        raise BadInput(
            f"estimate_missing is {told!r:.40}",
            where=str(place.root / "house.json"),
            remedy="Write on or off.",
        )
    return bool(told == "on")


def propose(place: Place, period: Period) -> list[Proposed]:
    """Return an estimate of every deployment that served in a month of which nothing came in.

    Nothing is estimated where the licensee attests that there was no use, where the month is not
    over, and where no earlier month is known.
    """
    if period.end > place.clock.now():
        return []
    months = _before(period)
    rows = in_service(period).select_related("licensee", "decommission").order_by("name")
    serving = list(rows)
    used = usage(place, [d.name for d in serving], [str(period), *map(str, months)])
    found = []
    for d in serving:
        attested = standing(d.licensee, period)
        if used.get((d.name, str(period))) or (attested and attested.until >= _end(d, period)):
            continue
        known = _known(d, months, used)
        rows_of = estimated(known, _days(d, period))
        if rows_of:
            found.append(Proposed(d, period, rows_of, tuple(k.period for k in known)))
    return found


def keep(place: Place, proposed: Iterable[Proposed]) -> list[Estimate]:
    """Sign and log estimates; one that is there stays as it is. Called in a transaction."""
    found = []
    for one in proposed:
        name, period = one.deployment.name, str(one.period)
        known = Estimate.objects.filter(deployment=name, period=period).first()
        found.append(known or _kept(place, one))
    return found


def trued_up(place: Place, row: Estimate) -> list[TrueUp]:
    """Return how an estimate gives way to what came in since; nothing: nothing came in."""
    actual = usage(place, [row.deployment], [row.period]).get((row.deployment, row.period))
    estimate = {_what(r): r["quantity"] for r in row.rows}
    return true_up(estimate, actual) if actual else []


def usage(place: Place, names: Sequence[str], months: Sequence[str]) -> Used:
    """Return what was metered of deployments in months, by unit and pace."""
    from yesand.royalties.metering.services import store_of, using  # DuckDB takes long to load
    from yesand.royalties.totals import paced

    collect(place)
    store = store_of(place)
    found: Used = defaultdict(dict)
    with using(place), store.session() as session:
        events = store.events(session, UsageBatch.objects.values_list("digest", flat=True))
        for row in paced(session, events, names, months) if names else []:
            what = What(row.unit, row.currency or "", row.realtime)
            found[row.deployment, row.period][what] = row.quantity
    return found


def _kept(place: Place, one: Proposed) -> Estimate:
    rows = [
        {"unit": w.unit, "currency": w.currency, "realtime": w.realtime, "quantity": quantity}
        for w, quantity in one.rows.items()
    ]
    now = place.clock.now()
    told = {
        "estimate": True,
        "method": METHOD,
        "months": list(one.months),
        "deployment": one.deployment.name,
        "period": str(one.period),
        "totals": rows,
        "at": stamp(now),
    }
    subjects = {one.deployment.name: one.deployment.model_id}
    payload = dsse.attest(Predicate.ESTIMATE, subjects, told)
    digest = digest_of(payload)
    return Estimate.objects.create(
        digest=digest,
        deployment=one.deployment.name,
        period=str(one.period),
        rows=rows,
        envelope=dsse.seal(payload, [place.signer]),
        at=now,
        entry=log.record(place, Kind.USAGE_ESTIMATED, digest),
    )


def _known(d: Deployment, months: Sequence[Period], used: Used) -> list[Known]:
    found = [Known(str(m), _days(d, m), used.get((d.name, str(m)), {})) for m in months]
    return [month for month in found if month.used and month.days > 0][:MONTHS]


def _before(period: Period) -> list[Period]:
    months = [period.previous()]
    while len(months) < BACK:
        months.append(months[-1].previous())
    return months


def _days(d: Deployment, period: Period) -> Any:
    end = getattr(d, "decommission", None)
    return days_in(period, d.since, end.until if end else None)


def _end(d: Deployment, period: Period) -> Any:
    end = getattr(d, "decommission", None)
    return min(period.end, end.until) if end else period.end


def _what(row: dict[str, Any]) -> What:
    return What(row["unit"], row["currency"], row["realtime"])
