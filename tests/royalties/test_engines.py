"""DuckDB and Spark are asked the same, and answer row by row the same."""

from __future__ import annotations

import hashlib
import importlib.util
import random
import shutil
from collections.abc import Iterator, Mapping
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq
import pytest
from royalties_factories import SEPTEMBER, Stage, event, write

import yesand
from yesand.kernel.errors import BadInput
from yesand.royalties.engines import SPARK, Engine, fetched
from yesand.royalties.events import UsageEvent
from yesand.royalties.metering.services import escrow
from yesand.royalties.payers import kept
from yesand.royalties.services import check_books, meter, settle
from yesand.royalties.settling.services import _totals
from yesand.royalties.store import KEY, Sifted, Store, digest_of_batch, keep, sift
from yesand.royalties.totals import Mark, Window, counted, delivered, due, held, paced, used

LOCAL = Engine(SPARK, spark={"spark.master": "local[2]", "spark.sql.shuffle.partitions": "3"})
OWNERS = {"d0": "lab", "d1": "lab", "d2": "other"}
WINDOWS = [
    Window("d0", datetime(2026, 7, 3, tzinfo=UTC), datetime(2026, 9, 20, tzinfo=UTC)),
    Window("d1", datetime(2026, 1, 1, tzinfo=UTC)),
    Window("d2", datetime(2026, 1, 1, tzinfo=UTC)),
]
MARKS = [Mark("d1", "2026-07", 1)]


@pytest.fixture
def spark_here() -> None:
    if importlib.util.find_spec("pyspark") is None:
        pytest.skip("needs pyspark (pip install yesand[spark])")
    if shutil.which("java") is None:
        pytest.skip("needs a Java for Spark")


def some(dice: random.Random, number: int) -> UsageEvent:
    """Make an event; numbers come again, some of them with other content or another's name."""
    quantity = dice.choice([1, 7, 2**62]) if number % 10 == 0 else number
    unit = "revenue" if number % 6 == 0 else "request"
    name = ["d0", "d1", "d2", "nobody's"][dice.randrange(4) if number % 17 == 0 else number % 4]
    at = datetime(2026, 7, 1) + timedelta(seconds=number * 22_973 % (92 * 86_400))  # noqa: DTZ001
    key = hashlib.sha256(str(number).encode()).digest()[:16]
    if number % 13 == 0:  # half of the key is that of others
        key = b"\xff" * 8 + key[8:]
    content = hashlib.sha256(f"{quantity} {unit} {name}".encode()).digest()[:16]
    return UsageEvent(
        key=key, content=content, deployment=name, at=at, unit=unit, quantity=quantity,
        currency="EUR" if unit == "revenue" else None, realtime=number % 3 == 0,
        emotions='{"joy":1}' if number % 7 == 0 else None, source="s", id=str(number),
        payer=f"p{number % 5}" if number % 2 else None,
    )  # fmt: skip


def told(folder: Path, engine: Engine) -> dict[str, Any]:
    """Take two deliveries in and ask everything there is to ask."""
    store, batches, found = Store(folder, engine), dict[str, int](), dict[str, Any]()
    for number in range(2):
        dice = random.Random(number)
        rows = [(line, some(dice, dice.randrange(400))) for line in range(1, 301)]
        staged = store.stage(rows)
        with store.session() as session:
            seen = store.events(session, batches)
            new, conflicts, sifted = sift(session, staged, seen, OWNERS)
            digest = digest_of_batch(session, new)
            months = keep(store, session, new, digest, number + 1)
            paid = kept.keep(store, session, new, digest, "2026-07")
            lines = [row["line"] for row in fetched(conflicts.select("line").order_by("line"))]
        batches[digest] = sifted.accepted
        found[digest] = sifted, months, paid, lines
    store.check(batches)
    return found | asked(store, batches)


def asked(store: Store, batches: Mapping[str, int]) -> dict[str, Any]:
    with store.session() as session:
        events = store.events(session, batches)
        rows = counted(session, events, WINDOWS, MARKS, "2026-09")
        return {
            "due": due(session, events, WINDOWS, MARKS, "2026-09"),
            "held": held(session, events, WINDOWS, MARKS),
            "used": used(session, events, "d0"),
            "delivered": delivered(session, events, ["d0", "d2"], "2026-08"),
            "paced": paced(session, events, ["d1"], ["2026-08", "2026-09"]),
            "paid": list(kept.paid(store, session, rows, "2026-08", OWNERS)),
            "rows": [pq.read_table(path).sort_by([(k, "ascending") for k in KEY]).to_pylist()
                     for path in store.files(batches)],
        }  # fmt: skip


def test_an_engine_that_is_not_there_is_a_clear_error() -> None:
    with pytest.raises(BadInput, match="No engine"):
        Engine.of({"usage_engine": "abacus"})
    with pytest.raises(BadInput, match="usage_spark"):
        Engine.of({"usage_engine": SPARK, "usage_spark": {"spark.executor.instances": 3}})
    assert Engine.of({}) == Engine() and Engine.of({"usage_memory": "2GB"}).memory == "2GB"


def test_two_of_one_half_key_are_told_apart_by_the_rest(tmp_path: Path) -> None:
    """Equal names of two owners have one key: the digest is over all of it, as it ever was."""
    rows = [(n, replace(some(random.Random(1), 8), deployment=name, quantity=n))
            for n, name in enumerate(["d0", "d2", "d1"], 1)]  # fmt: skip
    store, digests = Store(tmp_path), set()
    for given in (rows, rows[::-1]):
        with store.session() as session:
            new, _, sifted = sift(session, store.stage(given), store.events(session, []), OWNERS)
            assert sifted == Sifted(2, 1, 0)
            digests.add(digest_of_batch(session, new.filter(new.quantity < 3)))
    assert len(digests) == 1


@pytest.fixture
def warnings_of_spark() -> Iterator[None]:
    import warnings

    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        yield


@pytest.mark.deep
@pytest.mark.slow
@pytest.mark.enable_socket
@pytest.mark.timeout(900)
@pytest.mark.usefixtures("spark_here", "warnings_of_spark")
def test_both_engines_answer_row_by_row_the_same(tmp_path: Path) -> None:
    here, there = told(tmp_path / "duckdb", Engine()), told(tmp_path / "spark", LOCAL)
    assert here.keys() == there.keys()
    for name, answer in here.items():
        assert answer == there[name], name
        assert answer


@pytest.mark.deep
@pytest.mark.slow
@pytest.mark.enable_socket
@pytest.mark.timeout(900)
@pytest.mark.one_database
@pytest.mark.usefixtures("spark_here", "warnings_of_spark")
def test_a_house_settles_the_same_by_spark(house: yesand.House, tmp_path: Path) -> None:
    stage = Stage(house.place)
    settings = {**house.place.settings, "usage_engine": SPARK, "usage_spark": dict(LOCAL.spark)}
    place = replace(stage.place, settings=settings)
    path = write(tmp_path / "u", (event(n % 40) for n in range(50)))
    report = meter(place, path)
    assert (report.accepted, report.repeated) == (40, 10)
    assert meter(stage.place, path).accepted == 0  # DuckDB reads what Spark wrote
    assert escrow(place) == escrow(stage.place)
    totals = _totals(place, SEPTEMBER)
    assert totals == _totals(stage.place, SEPTEMBER) and sum(t.events for t in totals) == 40
    made = settle(place, SEPTEMBER)
    assert made.statements.exists() and settle(stage.place, SEPTEMBER) == made
    check_books()
