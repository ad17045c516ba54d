"""Embeddings on a cluster: a function from Arrow batches to Arrow batches.

``DataFrame.mapInArrow`` of Apache Spark (3.3 and later) calls exactly this: an iterator of
``pyarrow.RecordBatch`` in, another out, once for each partition. The function is pure, knows
nothing of Spark, and pickles; the encoder is opened once where it runs::

    from functools import partial
    embedded = frame.mapInArrow(partial(embed_batches, wanted=Wanted(folder)), schema=DDL)
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from pathlib import Path
from tempfile import TemporaryDirectory

import pyarrow as pa

from yesand.affect.encoders.encoder import Encoder
from yesand.affect.encoders.rows import Wanted
from yesand.kernel.errors import BadInput

SCHEMA = pa.schema(
    [
        ("path", pa.string()),
        ("version", pa.string()),
        ("embedding", pa.list_(pa.float32())),
        ("fault", pa.string()),
    ]
)
#: The same for Spark.
DDL = "path string, version string, embedding array<float>, fault string"


def embed_batches(
    batches: Iterable[pa.RecordBatch], wanted: Wanted, cache: Path | None = None
) -> Iterator[pa.RecordBatch]:
    """Yield a row for each recording; one that cannot be used has a fault and no embedding.

    Parameters
    ----------
    batches : with the column ``path``, and ``content`` (bytes) where the path does not lead to the
        file from every machine, as Spark's data source ``binaryFile`` gives them.

    Raises
    ------
    NotFound, BadInput : the encoder cannot be opened, or a batch has no column ``path``.
    """
    encoder = wanted.open()
    for batch in batches:
        if "path" not in batch.schema.names:
            raise BadInput("No column path", remedy="Give path, and content for bytes.")
        told = [_told(encoder, row, cache) for row in batch.to_pylist()]
        yield pa.RecordBatch.from_pylist(told, schema=SCHEMA)


def _told(
    encoder: Encoder, row: dict[str, str | bytes], cache: Path | None
) -> dict[str, str | list[float] | None]:
    path, content = str(row["path"]), row.get("content")
    with TemporaryDirectory(prefix="yesand-") as folder:
        place = Path(path)
        if isinstance(content, bytes):
            place = Path(folder) / (place.name or "take")
            place.write_bytes(content)
        made = encoder.one(place, cache)
    bad = isinstance(made, str)
    return {
        "path": path,
        "version": encoder.version,
        "embedding": None if isinstance(made, str) else made.tolist(),
        "fault": str(made) if bad else None,
    }
