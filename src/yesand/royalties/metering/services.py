"""Metering: a delivery of usage events becomes a batch, once, however often it is delivered."""

from __future__ import annotations

import fcntl
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from django.db import transaction
from django.db.models import F, Max

from yesand.agreements.models import Agreement
from yesand.corpus.models import ManifestPerformer
from yesand.kernel.place import Place
from yesand.kernel.progress import Progress, silent
from yesand.provenance import services as log
from yesand.provenance.kinds import Kind
from yesand.royalties.engines import Engine
from yesand.royalties.events import AHEAD, BadRow, event
from yesand.royalties.intake import Intake, Judge, set_apart, take_in
from yesand.royalties.mixing.planning.services import plan_look
from yesand.royalties.models import SettledUsage, UsageBatch
from yesand.royalties.payers import kept as payers
from yesand.royalties.payers.services import count, last_settled, payerless
from yesand.royalties.store import Store, digest_of_batch, keep, sift
from yesand.royalties.totals import Held, Mark, Used, Window, held, used
from yesand.training.models import Deployment


@dataclass(frozen=True)
class MeterReport:
    """What became of a delivery, row by row.

    ``quarantined`` counts rows whose (source, id) came before from the same licensee with other
    content, ``bad_rows`` those that are no usage events; both lie in the file ``quarantine``.
    ``escrowed`` is the part of ``accepted`` that cannot be billed as things stand, listed in
    ``escrow``.
    """

    batch: str | None
    accepted: int
    repeated: int
    quarantined: int
    bad_rows: int
    bad: tuple[BadRow, ...]
    escrowed: int
    escrow: tuple[Held, ...]
    foreign_fields: tuple[str, ...]
    quarantine: str | None

    def lines(self) -> list[str]:
        """Return it in a few lines for people."""
        told = [
            f"{self.accepted:,} events accepted, {self.repeated:,} seen before, "
            f"{self.quarantined:,} in conflict with what came before, {self.bad_rows:,} bad rows"
        ]
        told += [f"  line {row.line}: {row.reason}" for row in self.bad[:20]]
        if self.bad_rows > 20:
            told.append(f"  and {self.bad_rows - 20:,} more")
        told += [f"  in escrow: {held}" for held in self.escrow]
        if self.escrow:
            told.append(
                f"  {self.escrowed:,} of the accepted wait; those of a name unknown so far are "
                "settled once it is deployed (`yesand deploy --name`)"
            )
        if self.foreign_fields:
            told.append(f"  dropped, never kept: {', '.join(self.foreign_fields[:20])}")
        if self.quarantine:
            told.append(f"  kept for inspection: {self.quarantine}")
        return told


#: What is done with a report in the transaction that makes the events count.
Then = Callable[[MeterReport], object]


def meter(
    place: Place,
    path: Path,
    progress: Progress = silent,
    deployments: frozenset[str] | None = None,
    most: int | None = None,
    then: Then | None = None,
) -> MeterReport:
    """Accept the events of a delivery that are new. The same file again changes nothing.

    Parameters
    ----------
    deployments : the only ones that its events may be of; none: any, also one unknown so far.
    most : how many bytes it may unpack to; none: any number.
    then : records what became of it, in the transaction that makes it count: both or neither.

    Raises
    ------
    BadInput : the file is missing, empty, damaged or unpacks to too much; nothing was taken.
    """
    with using(place):
        return metered(place, path, progress, deployments, most, then)


def metered(
    place: Place,
    path: Path,
    progress: Progress = silent,
    deployments: frozenset[str] | None = None,
    most: int | None = None,
    then: Then | None = None,
    judge: Judge = event,
) -> MeterReport:
    """Do as ``meter``; the caller holds the store (``using``). ``judge`` says what a row is."""
    store = store_of(place)
    _clear(store)
    try:
        latest = place.clock.now() + AHEAD
        asked = mixless, payerless
        intake = take_in(store, path, latest, progress, deployments, most, judge, *asked)
        return accept(place, store, intake, progress, then)
    finally:
        _clear(store)


def accept(
    place: Place,
    store: Store,
    intake: Intake,
    progress: Progress = silent,
    then: Then | None = None,
) -> MeterReport:
    """Accept what was staged and is new. The caller holds the store (``using``)."""
    progress(intake.rows, intake.rows, "looking for repeats")
    batch, sequence, waiting, paid = None, 0, list[Held](), dict[str, int]()
    with store.session() as session:
        known = list(UsageBatch.objects.values_list("digest", flat=True))
        seen = store.events(session, known)
        new, conflicts, sifted = sift(session, intake.staged, seen, _owners())
        apart = set_apart(session, store, intake, conflicts)
        if sifted.accepted:
            batch, sequence = _keep(store, session, new)
            paid = payers.keep(store, session, new, batch, last_settled())
            waiting = held(session, store.events(session, [batch]), windows(), [])
    report = MeterReport(
        batch=batch,
        accepted=sifted.accepted,
        repeated=sifted.repeated,
        quarantined=sifted.conflicts,
        bad_rows=intake.bad_rows,
        bad=tuple(intake.bad),
        escrowed=sum(h.events for h in waiting),
        escrow=tuple(waiting),
        foreign_fields=tuple(sorted(intake.foreign)),
        quarantine=str(store.quarantine / apart) if apart else None,
    )
    # The files lie there, durably; a row makes them count.
    with transaction.atomic():
        if report.batch:
            _count(place, report, report.batch, sequence, paid)
        if then:
            then(report)
    return report


def escrow(place: Place) -> list[Held]:
    """Return all usage that waits: its deployment is unknown, or was not in service then."""
    store = store_of(place)
    with using(place), store.session() as session:
        batches = UsageBatch.objects.values_list("digest", flat=True)
        return held(session, store.events(session, batches), windows(), _settled_in_service())


def use_of(place: Place, deployment: str) -> list[Used]:
    """Return all delivered use of a deployment, by unit and month."""
    store = store_of(place)
    with using(place), store.session() as session:
        batches = UsageBatch.objects.values_list("digest", flat=True)
        return used(session, store.events(session, batches), deployment)


def store_of(place: Place) -> Store:
    """Return the house's usage store."""
    return Store(place.usage, Engine.of(place.settings))


@contextmanager
def using(place: Place) -> Iterator[None]:
    """Hold the usage store alone. The lock goes with the process, however that ends."""
    place.usage.mkdir(parents=True, exist_ok=True)
    with (place.usage / ".lock").open("w") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield


def windows() -> list[Window]:
    """Return when each deployment was in service."""
    rows = Deployment.objects.values_list("name", "since", "decommission__until")
    return [Window(*row) for row in rows.order_by("name")]


def mixless() -> frozenset[str]:
    """Return the deployments whose mix of emotions no terms need: none pays by reliance."""
    flat = Agreement.objects.filter(terms__pay__basis__reliance=0)
    by_reliance = Agreement.objects.exclude(pk__in=flat.values("pk"))
    needing = ManifestPerformer.objects.filter(performer__in=by_reliance.values("performer"))
    rows = Deployment.objects.exclude(model__manifest__in=needing.values("manifest"))
    return frozenset(rows.values_list("name", flat=True))


def _owners() -> dict[str, str]:
    return dict(Deployment.objects.values_list("name", "licensee__slug"))


def _clear(store: Store) -> None:
    known = set(UsageBatch.objects.values_list("digest", flat=True))
    store.clear(known)
    payers.clear(store, known)


def _keep(store: Store, session: Any, new: Any) -> tuple[str, int]:
    """Write the new events to files that nothing knows yet; return their batch and its number."""
    batch = digest_of_batch(session, new)
    sequence = (UsageBatch.objects.aggregate(last=Max("sequence"))["last"] or 0) + 1
    keep(store, session, new, batch, sequence)
    return batch, sequence


def _count(
    place: Place, report: MeterReport, batch: str, sequence: int, paid: dict[str, int]
) -> None:
    made = UsageBatch.objects.create(
        digest=batch,
        sequence=sequence,
        accepted=report.accepted,
        repeated=report.repeated,
        quarantined=report.quarantined,
        at=place.clock.now(),
        entry=log.record(place, Kind.USAGE_ACCEPTED, batch),
    )
    count(made, paid)
    plan_look(place)


def _settled_in_service() -> list[Mark]:
    # Usage after a decommission that a settlement counted before it was known stays settled.
    ends = dict(Deployment.objects.values_list("name", "decommission__entry_id"))
    found: dict[tuple[str, str], int] = {}
    for row in SettledUsage.objects.annotate(entry=F("settlement__entry_id")):
        end = ends.get(row.deployment)
        if end is not None and row.entry < end:
            key = row.deployment, row.usage_period
            found[key] = max(found.get(key, 0), row.up_to_sequence)
    return [Mark(*key, up_to) for key, up_to in found.items()]
