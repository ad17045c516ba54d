"""Ten million usage events: told apart from repeats, stored for ever, added up and settled.

Ours does the whole of it: repeats and conflicts by (source, id), a digest over every event,
durable Parquet by month, the batch in the log, then the settlement of three months with its
statements, signatures and ledger. The peer, polars (streaming), does the part that any data
library can: it drops repeats and adds up, by deployment, unit, pace and month, from the same file;
it keeps nothing and knows no earlier deliveries.
"""

from __future__ import annotations

import os
import tempfile
import time
from collections.abc import Iterator
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from benchmarks.harness import Result, peak_bytes

EVENTS = int(os.environ.get("YESAND_BENCH_EVENTS", "10000000"))
PERFORMERS = 100
DEPLOYMENTS = 10
REPEATED = 50  # one event in so many comes twice
_CHUNK = 250_000
_MONTHS = ["2026-07", "2026-08", "2026-09"]
_UNITS = ["request", "inference-second", "character"]


def run() -> Result:
    """Meter and settle; then let the peer add up the same file."""
    with tempfile.TemporaryDirectory() as folder:
        root = Path(folder)
        staged = _generate(root / "delivery.parquet")
        ours, statements, accepted = _ours(root, staged)
        peak = peak_bytes()
        theirs, quantity = _peer(staged)
        _agree(root, quantity)
    return Result(
        name="settlement",
        what=(
            f"{EVENTS:,} usage events, one in {REPEATED} of them twice: stored without repeats "
            f"({accepted:,} left) and settled for {PERFORMERS} performers ({statements} signed "
            "statements, balanced ledger). Parsing JSON is not in it. The peer drops repeats and "
            "adds up the same file, and keeps nothing."
        ),
        value=ours,
        unit="s",
        peer="polars streaming, unique and group_by only",
        peer_value=theirs,
        peak_bytes=peak,
    )


def _generate(path: Path) -> Path:
    from yesand.royalties.store import STAGED

    random = np.random.default_rng(1)
    with pq.ParquetWriter(path, STAGED) as writer:
        for start in range(0, EVENTS, _CHUNK):
            writer.write_batch(_chunk(random, start, min(_CHUNK, EVENTS - start), STAGED))
    return path


def _chunk(random: np.random.Generator, start: int, size: int, schema: pa.Schema) -> Any:
    high = random.integers(0, 2**63, size, dtype=np.uint64)
    month = random.integers(0, len(_MONTHS), size)
    # Every so often an event comes again: same key and content, so the same values in all columns.
    first = np.arange(size) - np.where(np.arange(size) % REPEATED == REPEATED - 1, 1, 0)
    at = np.array([np.datetime64(f"{m}-10T00:00:00", "us") for m in _MONTHS])[month]
    columns: dict[str, Any] = {
        "key_hi": high[first],
        "key_lo": (high * np.uint64(3))[first],
        "content_hi": (high * np.uint64(5))[first],
        "content_lo": (high * np.uint64(7))[first],
        "period": np.array(_MONTHS)[month][first],
        "at": at[first],
        "deployment": np.array([f"d{i}" for i in range(DEPLOYMENTS)])[high % DEPLOYMENTS][first],
        "unit": np.array(_UNITS)[high % np.uint64(3)][first],
        "currency": None,
        "realtime": (high % np.uint64(5) == 0)[first],
        "quantity": random.integers(1, 60, size)[first],
        "emotions": None,
        "line": np.arange(start + 1, start + size + 1),
        "source": None,
        "id": None,
    }
    arrays = [
        pa.nulls(size, f.type) if columns.get(f.name) is None else pa.array(columns[f.name], f.type)
        for f in schema
    ]
    return pa.RecordBatch.from_arrays(arrays, schema=schema)


def _ours(root: Path, staged: Path) -> tuple[float, int, int]:
    import yesand
    from yesand.kernel.clock import SetClock

    clock = SetClock(datetime(2026, 6, 1, tzinfo=UTC))
    house = yesand.create(root / "house", "Benchmark", clock=clock)
    _furnish(house.place)
    clock.at = datetime(2026, 10, 1, tzinfo=UTC)

    from yesand.kernel.clock import Period
    from yesand.royalties.intake import Intake
    from yesand.royalties.metering.services import accept, store_of, using
    from yesand.royalties.services import check_books, settle

    apart = root / "apart.jsonl"
    apart.touch()
    begin = time.perf_counter()
    with using(house.place):
        intake = Intake(staged=staged, apart=apart, rows=EVENTS)
        report = accept(house.place, store_of(house.place), intake)
    stored = time.perf_counter()
    made = [settle(house.place, Period(2026, month)) for month in (7, 8, 9)]
    spent = time.perf_counter() - begin
    print(f"stored {stored - begin:.1f} s, settled three months {spent - stored + begin:.1f} s")
    check_books()
    return spent, sum(row.statements.count() for row in made), report.accepted


def _furnish(place: Any) -> None:
    """Make performers with agreements, one manifest, one model and its deployments."""
    from yesand.agreements.drafts import Draft
    from yesand.agreements.services import sign
    from yesand.agreements.terms import Amount, Pay, Terms
    from yesand.people import services as people
    from yesand.people.models import Organisation

    prices = {unit: Amount(currency="EUR", micro=1_000) for unit in _UNITS}
    terms = Terms(valid_from=date(2026, 1, 1), pay=Pay(per_unit=prices))
    studio = people.found(place, "studio", "Studio", Organisation.Kind.PRODUCER)
    lab = people.found(place, "lab", "Lab", Organisation.Kind.LICENSEE)
    draft = Draft("benchmark", terms, "summary", "text")
    agreements = []
    for number in range(PERFORMERS):
        performer, _ = people.join(place, f"P{number:03d}", synthetic=True)
        agreements.append(sign(place, draft, performer, studio))
    _deploy(place, lab, agreements)


def _deploy(place: Any, lab: Any, agreements: list[Any]) -> None:
    from yesand.corpus.models import Manifest, ManifestPerformer
    from yesand.kernel.ids import digest_of
    from yesand.provenance import services as log
    from yesand.provenance.kinds import Kind
    from yesand.training.models import Deployment, TrainedModel

    digests = _digests()
    made: dict[str, Any] = {"envelope": {}, "at": place.clock.now()}
    manifest = Manifest.objects.create(
        digest=(name := next(digests)), licensee=lab, request={}, permitted=PERFORMERS, denied=0,
        permitted_root=digest_of([]), denied_root=digest_of([]), log_size=1,
        entry=log.record(place, Kind.MANIFEST_SIGNED, name), **made,
    )  # fmt: skip
    ManifestPerformer.objects.bulk_create(
        ManifestPerformer(
            manifest=manifest,
            performer=agreement.performer,
            agreement=agreement.digest,
            takes=10,
            duration_ms=40_000 + number,
        )
        for number, agreement in enumerate(agreements)
    )
    model = TrainedModel.objects.create(
        digest=(name := next(digests)), name="voice", manifest=manifest, run={}, card={},
        entry=log.record(place, Kind.MODEL_REGISTERED, name), **made,
    )  # fmt: skip
    for number in range(DEPLOYMENTS):
        entry = log.record(place, Kind.DEPLOYMENT_STARTED, next(digests))
        Deployment.objects.create(
            name=f"d{number}", model=model, licensee=lab, since=place.clock.now(),
            envelope={}, entry=entry,
        )  # fmt: skip


def _digests() -> Iterator[str]:
    from yesand.kernel.ids import digest_of

    number = 0
    while True:
        yield digest_of(["benchmark", number])
        number += 1


def _peer(staged: Path) -> tuple[float, int]:
    import polars as pl

    begin = time.perf_counter()
    by = ["deployment", "unit", "realtime", "period"]
    rows = pl.scan_parquet(staged).unique(subset=["key_hi", "key_lo"], keep="any")
    summed = rows.group_by(by).agg(pl.col("quantity").sum(), pl.len())
    found = summed.collect(engine="streaming")
    return time.perf_counter() - begin, int(found["quantity"].sum())


def _agree(root: Path, quantity: int) -> None:
    """Check that the peer and our settlements counted the same."""
    from yesand.kernel.canonical import parse
    from yesand.provenance.dsse import payload_of
    from yesand.royalties.models import Settlement

    ours = sum(
        row["quantity"]
        for settlement in Settlement.objects.all()
        for row in parse(payload_of(settlement.envelope))["predicate"]["usage"]
    )
    if ours != quantity:
        raise AssertionError(f"we settled {ours} units and the peer counts {quantity}")
