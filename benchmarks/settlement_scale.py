"""Fifty million usage events and a hundred thousand performers: told apart, stored, settled.

Ours, by the house's own code: repeats and conflicts by (source, id) in five deliveries, each
against all before it; a digest over every event; durable Parquet by month, each file with its sum;
what is due, added up; for every performer their place in the model's manifest, the statement with
its lines, its canonical bytes and its signature (a process a core); and all postings, balanced, in
SQLite. Not in it: reading and checking 100,000 signed agreements, and the statements' own rows and
log entries. The peer, polars (streaming), drops repeats and adds up the same files, and keeps
nothing. ``YESAND_BENCH_EVENTS`` and ``YESAND_BENCH_PERFORMERS`` make it smaller.
"""

from __future__ import annotations

import os
import resource
import tempfile
import time
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor
from datetime import UTC, date, datetime
from itertools import chain
from multiprocessing import get_context
from pathlib import Path
from typing import Any, cast

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from benchmarks.harness import Result, peak_bytes
from benchmarks.settlement import _chunk

EVENTS = int(os.environ.get("YESAND_BENCH_EVENTS", "50000000"))
PERFORMERS = int(os.environ.get("YESAND_BENCH_PERFORMERS", "100000"))
DELIVERIES = 5
_ROWS, _SHARE = 250_000, 2_000
_LAST = "2026-09"
_WHO = resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN


def run() -> Result:
    """Meter and settle; then let the peer add up the same files."""
    with tempfile.TemporaryDirectory() as folder:
        root = Path(folder)
        files = [_generate(root / f"{n}.parquet", n) for n in range(DELIVERIES)]
        ours, busy, accepted, quantity = _ours(root, files)
        peak = peak_bytes()
        theirs, counted = _peer(files)
    if quantity != counted:
        raise AssertionError(f"we settled {quantity} units and the peer counts {counted}")
    load = os.getloadavg()[0]
    return Result(
        name="settlement at scale",
        what=(
            f"{EVENTS:,} usage events in {DELIVERIES} deliveries ({accepted:,} without repeats), "
            f"settled for {PERFORMERS:,} performers: that many signed statements, and a balanced "
            f"ledger. It took {busy:.1f} s of CPU time, which on {os.cpu_count()} cores that have "
            f"nothing else to do is {busy / (os.cpu_count() or 1):.1f} s at least. The machine's "
            f"load was {load:.1f}."
        ),
        value=ours,
        unit="s",
        peer="polars streaming, unique and group_by only",
        peer_value=theirs,
        peak_bytes=peak,
    )


def _generate(path: Path, seed: int) -> Path:
    from yesand.royalties.store import STAGED

    random, size = np.random.default_rng(seed), EVENTS // DELIVERIES
    with pq.ParquetWriter(path, STAGED) as writer:
        for start in range(0, size, _ROWS):
            batch = _chunk(random, start, min(_ROWS, size - start), STAGED)
            for name, value in (("deployment", "d0"), ("unit", "request")):
                column = pa.array([value]).take(pa.array(np.zeros(batch.num_rows, "i8")))
                batch = batch.set_column(STAGED.get_field_index(name), name, column)
            writer.write_batch(batch)
    return path


def _busy() -> float:
    """Return the CPU seconds of this process and of those it has ended."""
    return sum(sum(resource.getrusage(who)[:2]) for who in _WHO)


def _ours(root: Path, files: list[Path]) -> tuple[float, float, int, int]:
    import yesand
    from yesand.kernel.clock import SetClock

    clock = SetClock(datetime(2026, 6, 1, tzinfo=UTC))
    place = yesand.create(root / "house", "Benchmark", clock=clock).place
    _furnish(place)
    clock.at = datetime(2026, 10, 1, tzinfo=UTC)
    begin, before = time.perf_counter(), _busy()
    accepted = _metered(place, root, files)
    metered = time.perf_counter()
    settled = _settled(place)
    drafts = _stated(place, settled)
    stated = time.perf_counter()
    _posted(place, drafts)
    spent = time.perf_counter() - begin
    print(
        f"stored {metered - begin:.1f} s, added up and stated {stated - metered:.1f} s, "
        f"posted {spent - stated + begin:.1f} s"
    )
    return spent, _busy() - before, accepted, sum(row.quantity for row in settled.usage)


def _furnish(place: Any) -> None:
    from yesand.people import services as people
    from yesand.people.models import Organisation, Performer

    people.found(place, "lab", "Lab", Organisation.Kind.LICENSEE)
    Performer.objects.bulk_create(
        Performer(handle=_handle(n), public_key=f"{n:064x}") for n in range(PERFORMERS)
    )


def _handle(number: int) -> str:
    return f"P{number:06d}"


def _metered(place: Any, root: Path, files: list[Path]) -> int:
    from yesand.royalties.intake import Intake
    from yesand.royalties.metering.services import accept, store_of, using

    accepted = 0
    for path in files:
        apart = root / "apart.jsonl"
        apart.touch()
        with using(place):
            intake = Intake(staged=path, apart=apart, rows=EVENTS // DELIVERIES)
            accepted += accept(place, store_of(place), intake).accepted
    return accepted


def _settled(place: Any) -> Any:
    from yesand.kernel.ids import digest_of
    from yesand.royalties.facts import Service, Settled, UsageTotal
    from yesand.royalties.metering.services import store_of
    from yesand.royalties.models import UsageBatch
    from yesand.royalties.totals import Window, due

    store, model = store_of(place), digest_of("model")
    batches = dict(UsageBatch.objects.values_list("digest", "accepted"))
    store.check(batches)
    with store.session() as session:
        since = datetime(2026, 1, 1, tzinfo=UTC)
        totals = due(session, store.events(session, batches), [Window("d0", since)], [], _LAST)
    usage = tuple(
        UsageTotal(
            deployment=t.deployment, model=model, licensee="lab", unit=t.unit, currency=None,
            realtime=t.realtime, usage_period=t.period, quantity=t.quantity, events=t.events,
        )
        for t in totals
    )  # fmt: skip
    serving = Service(deployment="d0", model=model, licensee="lab", months=(_LAST,))
    return Settled(
        house=place.origin, period=_LAST, covers=(_LAST,), previous=None, trial=False,
        synthetic=False, usage=usage, services=(serving,), models=(), batches=tuple(batches),
        agreements=digest_of([]),
    )  # fmt: skip


def _stated(place: Any, settled: Any) -> Iterator[Any]:
    """State and sign for everybody, by a process a core; return the transactions."""
    pem, parts = place.signer.pem(), range(0, PERFORMERS, _SHARE)
    pool = ProcessPoolExecutor(os.cpu_count(), mp_context=get_context("spawn"))
    with pool:
        found = list(pool.map(_some, parts, [pem] * len(parts), [settled] * len(parts)))
    return chain.from_iterable(found)


def _some(first: int, pem: bytes, settled: Any) -> list[Any]:
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
    from cryptography.hazmat.primitives.serialization import load_pem_private_key

    from yesand.agreements.terms import Amount, Pay, Terms
    from yesand.kernel.ids import digest
    from yesand.kernel.keys import Signer
    from yesand.provenance import dsse
    from yesand.provenance.statements import Predicate
    from yesand.royalties.ledger import drafts_of
    from yesand.royalties.statement import statement

    signer = Signer(cast(Ed25519PrivateKey, load_pem_private_key(pem, None)))
    price = {"request": Amount(currency="EUR", micro=1_000)}
    terms = Terms(valid_from=date(2026, 1, 1), pay=Pay(per_unit=price))
    made: list[Any] = []
    for number in range(first, min(first + _SHARE, PERFORMERS)):
        facts, agreement = _facts(number, settled)
        issued = statement(facts, settled, settled.agreements, {agreement: terms}, {})
        told = issued.model_dump(mode="json")
        attested = dsse.attest(Predicate.STATEMENT, {"settlement": settled.agreements}, told)
        envelope = dsse.seal(attested, [signer])
        made += drafts_of(issued, digest(dsse.payload_of(envelope)))
    return made


def _facts(number: int, settled: Any) -> tuple[Any, str]:
    from yesand.kernel.ids import digest_of
    from yesand.royalties.facts import Facts
    from yesand.royalties.lines import Part, Weight

    agreement, ms = digest_of(["agreement", number]), 40_000
    weight = Weight(
        model=settled.services[0].model, manifest=digest_of("manifest"), performers=PERFORMERS,
        rank=number, total_ms=PERFORMERS * ms, before_ms=number * ms,
        parts=(Part(agreement=agreement, takes=10, duration_ms=ms),),
    )  # fmt: skip
    facts = Facts(
        period=_LAST, performer=_handle(number), performer_key=f"{number:064x}", currency="EUR",
        trial=False, synthetic=False, weights=(weight,), sessions=(), brought_forward_micro=0,
        previous=None,
    )  # fmt: skip
    return facts, agreement


def _posted(place: Any, drafts: Iterator[Any]) -> None:
    from yesand.royalties.books.services import post, trial_balance

    # Each month that a statement has lines of is a transaction, which counts from that month's end.
    made = list(drafts)
    if len(made) < PERFORMERS or post(place, made) != len(made):
        raise AssertionError("not every statement was posted")
    if sum(sums["EUR"] for sums in trial_balance().values()):
        raise AssertionError("the ledger does not balance")


def _peer(files: list[Path]) -> tuple[float, int]:
    import polars as pl

    begin = time.perf_counter()
    by = ["deployment", "unit", "realtime", "period"]
    rows = pl.scan_parquet(files).unique(subset=["key_hi", "key_lo"], keep="any")
    summed = rows.group_by(by).agg(pl.col("quantity").sum(), pl.len())
    found = summed.collect(engine="streaming")
    return time.perf_counter() - begin, int(found["quantity"].sum())
