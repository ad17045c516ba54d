"""What usage is added up by: DuckDB in this process, or Apache Spark, here or on a cluster.

Both are asked the same ibis expressions and answer row by row the same. What ibis does not do alike
in both (reading, keeping a result aside, handing out rows, writing) is here, for a ``session``,
which is ibis's backend.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from uuid import uuid4

import duckdb
import ibis
import pyarrow as pa
import pyarrow.parquet as pq

from yesand.kernel.durable import StorageFull
from yesand.kernel.errors import BadInput

MEMORY = "1GB"
DUCKDB, SPARK = "duckdb", "spark"
#: Keys are hashes: what looks for repeats among them, or tries hard to make them smaller, finds
#: nothing and takes a third of the time.
_WRITTEN = {"compression": "zstd", "compression_level": 1, "dictionary_size_limit": 2_000}


@dataclass(frozen=True)
class Engine:
    """What adds usage up, as ``house.json`` names it.

    Attributes
    ----------
    name : ``usage_engine``: ``duckdb`` or ``spark``.
    memory : ``usage_memory``: DuckDB's limit; what needs more spills to the disk.
    spark : ``usage_spark``: Spark's own settings, such as ``spark.master`` of a cluster.
    """

    name: str = DUCKDB
    memory: str = MEMORY
    spark: Mapping[str, str] = field(default_factory=dict)

    @classmethod
    def of(cls, settings: Mapping[str, Any]) -> Engine:
        """Read it from a house's settings.

        Raises
        ------
        BadInput : no engine of that name, or settings of Spark that are no names and texts.
        """
        name, spark = settings.get("usage_engine", DUCKDB), settings.get("usage_spark", {})
        if name not in {DUCKDB, SPARK}:
            raise BadInput(
                f"No engine is called {name!r}",
                where="usage_engine in house.json",
                remedy=f"Write {DUCKDB} or {SPARK}.",
            )
        if not isinstance(spark, Mapping) or not all(isinstance(v, str) for v in spark.values()):
            raise BadInput(
                "Spark's settings are not texts by name",
                where="usage_spark in house.json",
                remedy='Write for example {"spark.master": "spark://cluster:7077"}.',
            )
        return cls(str(name), str(settings.get("usage_memory", MEMORY)), dict(spark))

    def session(self, spill: Path) -> AbstractContextManager[Any]:
        """Open it; what does not fit into memory lies in ``spill``.

        Raises
        ------
        StorageFull : it ran out of room. BadInput : Spark is not installed, or has no Java.
        """
        if self.name == SPARK:
            from yesand.royalties.engines import spark

            return spark.session(spill, self.spark)
        return _duckdb(spill, self.memory)


@contextmanager
def _duckdb(spill: Path, memory: str) -> Iterator[Any]:
    connection = ibis.duckdb.connect(
        memory_limit=memory, temp_directory=str(spill), preserve_insertion_order=False
    )
    connection.raw_sql("SET enable_progress_bar = false")
    try:
        yield connection
    except (OSError, duckdb.IOException, duckdb.OutOfMemoryException) as fault:
        raise StorageFull(
            f"The usage store ran out of room: {fault}",
            where=str(spill.parent),
            remedy="Free some room, or raise usage_memory, and run the same command again.",
        ) from fault
    finally:
        connection.disconnect()


def read(session: Any, files: Sequence[Path], name: str) -> Any:
    """Return Parquet files as one ibis table."""
    name = _alone(name)
    if spark := _spark(session):
        return spark.read(session, files, name)
    return session.read_parquet(list(map(str, files)), table_name=name, hive_partitioning=False)


def given(session: Any, name: str, rows: pa.Table) -> Any:
    """Return rows from here as an ibis table."""
    name = _alone(name)
    if spark := _spark(session):
        return spark.given(session, name, rows)
    session.con.register(name, rows)
    return session.table(name)


def aside(session: Any, name: str, asked: Any) -> Any:
    """Compute a table once and keep it for as long as the session lasts."""
    name = _alone(name)
    if spark := _spark(session):
        return spark.aside(session, name, asked)
    return session.create_table(name, asked, temp=True)


def stream(session: Any, asked: Any) -> Iterator[pa.RecordBatch]:
    """Compute a table and yield its rows in their order, without holding them all."""
    if spark := _spark(session):
        yield from spark.stream(session, asked)
        return
    # ibis 12's own to_pyarrow_batches calls a method that DuckDB 2 no longer has; the Arrow
    # PyCapsule interface is the same in all versions.
    yield from pa.RecordBatchReader.from_stream(session.con.sql(session.compile(asked)))


def fetched(asked: Any) -> list[dict[str, Any]]:
    """Compute a table of few rows and return them."""
    session = asked.get_backend()
    if spark := _spark(session):
        batches = list(spark.stream(session, asked))
        return [row for batch in batches for row in batch.to_pylist()]
    rows: list[dict[str, Any]] = asked.to_pyarrow().to_pylist()
    return rows


def write(session: Any, asked: Any, path: Path) -> None:
    """Compute a table and write it to one Parquet file."""
    if not _spark(session):
        session.to_parquet(asked, path, **_WRITTEN)
        return
    writer = None
    for batch in stream(session, asked):
        writer = writer or pq.ParquetWriter(path, batch.schema, compression="zstd")
        writer.write_batch(batch)
    if writer is None:
        raise ValueError("nothing to write")
    writer.close()


def _alone(name: str) -> str:
    """Return a name that no table had: what was asked of another by it stays what it was."""
    return f"{name}_{uuid4().hex}"


def _spark(session: Any) -> Any:
    if session.name != "pyspark":
        return None
    from yesand.royalties.engines import spark

    return spark
