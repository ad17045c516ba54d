"""Usage added up by Apache Spark (``pip install yesand[spark]``, and a Java that it runs on).

Spark reads and writes Parquet itself: on a cluster, the usage folder lies where all of its machines
reach it under the same path. It knows no unsigned integers and reads the halves of keys as decimals
of twenty digits, which compare and sort the same; they leave it as the integers that they are.
"""

from __future__ import annotations

import re
import shutil
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from uuid import uuid4

import ibis
import pyarrow as pa
import pyarrow.parquet as pq

from yesand.kernel.errors import BadInput

#: What must be so for both engines to answer alike; what the house says comes before the rest.
_FIXED = {
    "spark.sql.session.timeZone": "UTC",
    "spark.sql.timestampType": "TIMESTAMP_NTZ",
    "spark.sql.parquet.outputTimestampType": "TIMESTAMP_MICROS",
    "spark.sql.ansi.enabled": "true",
}
_USUAL = {"spark.master": "local[*]", "spark.ui.enabled": "false", "spark.app.name": "yesand"}
#: The halves of keys, as Spark reads an unsigned integer of 64 bits.
_UNSIGNED = pa.decimal128(20, 0)


@contextmanager
def session(spill: Path, settings: Mapping[str, str]) -> Iterator[Any]:
    """Open Spark, or use what this process opened before: starting it takes seconds."""
    builder = _builder()
    for name, value in {**_USUAL, **settings, **_FIXED}.items():
        builder = builder.config(name, value)
    try:
        opened = builder.getOrCreate()
    except Exception as fault:  # Python's, Py4J's and Java's own errors have no base in common
        raise BadInput(
            f"Spark does not start: {fault}",
            where="usage_engine in house.json",
            remedy="Spark 4 needs Java 17 or later, and the settings in usage_spark.",
        ) from fault
    opened.sparkContext.setLogLevel("ERROR")
    found = ibis.pyspark.connect(opened)
    # Where results lie until they are read: ibis has no room for it.
    opened.conf.set("yesand.spill", str(spill))
    try:
        yield found
    finally:
        opened.catalog.clearCache()


def _builder() -> Any:
    try:
        from pyspark.sql import SparkSession
    except ImportError as fault:
        raise BadInput(
            "Spark is not installed",
            where="usage_engine in house.json",
            remedy="Install it with `pip install yesand[spark]`.",
        ) from fault
    return SparkSession.builder


def read(session: Any, files: Sequence[Path], name: str) -> Any:
    """Return Parquet files as one ibis table."""
    # What would be a pattern in a path is itself.
    paths = [re.sub(r"([\[\]{}*?\\])", r"\\\1", _uri(path)) for path in files]
    session._session.read.parquet(*paths).createOrReplaceTempView(name)
    return session.table(name)


def given(session: Any, name: str, rows: pa.Table) -> Any:
    """Return rows from here as an ibis table."""
    path = _spilled(session) / f"{name}-{uuid4().hex}.parquet"
    path.parent.mkdir(parents=True, exist_ok=True)
    pq.write_table(rows, path)
    return read(session, [path], name)


def aside(session: Any, name: str, asked: Any) -> Any:
    """Compute a table once and keep it: written, so that no machine that is lost computes anew."""
    return read(session, [_computed(session, asked)], name)


def stream(session: Any, asked: Any) -> Iterator[pa.RecordBatch]:
    """Compute a table and yield its rows in their order: Spark numbers its files by it."""
    folder, shape = _computed(session, asked), _shape(asked)
    try:
        for path in sorted(folder.glob("*.parquet")):
            for batch in pq.ParquetFile(path).iter_batches():
                if len(batch):
                    yield _shaped(batch, shape)
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _computed(session: Any, asked: Any) -> Path:
    folder = _spilled(session) / uuid4().hex
    frame = session._session.sql(session.compile(asked))
    frame.write.parquet(_uri(folder))
    return folder


def _uri(path: Path) -> str:
    return f"file://{path.resolve()}"


def _spilled(session: Any) -> Path:
    return Path(session._session.conf.get("yesand.spill"))


def _shape(asked: Any) -> pa.Schema:
    """Return a table's columns as DuckDB has them: integers unsigned, and any may be null."""
    columns = asked.schema().to_pyarrow()
    return pa.schema([(c.name, pa.uint64() if c.type == _UNSIGNED else c.type) for c in columns])


def _shaped(batch: pa.RecordBatch, shape: pa.Schema) -> pa.RecordBatch:
    columns = [column.cast(c.type) for column, c in zip(batch.columns, shape, strict=True)]
    return pa.RecordBatch.from_arrays(columns, schema=shape)
