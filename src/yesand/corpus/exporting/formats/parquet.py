"""Parquet shards: a row a take, its bytes in the row."""

from __future__ import annotations

import io
import json
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from yesand.corpus.exporting.record import Parcel, Record
from yesand.corpus.exporting.texts import licence, readme
from yesand.kernel.progress import Progress

#: Bytes after which a shard and a row group are full.
SHARD, GROUP = 256 << 20, 16 << 20
_ABOUT = [
    ("take", pa.string()),
    ("sha256", pa.string()),
    ("bytes", pa.int64()),
    ("media_type", pa.string()),
    ("performer", pa.string()),
    ("emotion", pa.string()),
    ("duration_ms", pa.int64()),
    ("agreement", pa.string()),
    ("synthetic", pa.bool_()),
    ("entry", pa.int64()),
    ("credential", pa.string()),
]


def write(parcel: Parcel, folder: Path, progress: Progress) -> None:
    """Write the shards, and the texts beside them."""
    shards(parcel, folder / "data", progress)
    licence(parcel, folder)
    readme(parcel, folder, "data/  Parquet: a row a take, its bytes in the row\n")


def shards(parcel: Parcel, folder: Path, progress: Progress, *, named: bool = False) -> list[Path]:
    """Write the shards into a folder and return them in order.

    Parameters
    ----------
    named : recordings carry their file's name, as Hugging Face's ``Audio`` wants it.
    """
    folder.mkdir()
    told = {"manifest": parcel.manifest.digest, "house": parcel.about.origin}
    schema = _schema(parcel, named=named).with_metadata(told | (_known(parcel) if named else {}))
    parts = list(_parts(parcel.records, SHARD))
    paths = [folder / f"train-{n:05d}-of-{len(parts):05d}.parquet" for n in range(len(parts))]
    done = 0
    for part, path in zip(parts, paths, strict=True):
        with pq.ParquetWriter(path, schema, compression=_compression(parcel)) as shard:
            for group in _parts(part, GROUP):
                shard.write_table(_table(parcel, group, schema), row_group_size=len(group))
                done += len(group)
                progress(done, len(parcel.records), "rows")
    return paths


def _schema(parcel: Parcel, *, named: bool) -> pa.Schema:
    audio = _NAMED if named else _AUDIO
    return pa.schema([*_ABOUT, *(_FEATURES if parcel.features else audio)])


_AUDIO = [("audio", pa.binary())]
_NAMED = [("audio", pa.struct([("bytes", pa.binary()), ("path", pa.string())]))]
_FEATURES = [("features", pa.list_(pa.list_(pa.float32())))]


def _compression(parcel: Parcel) -> str:
    return "zstd" if parcel.features else "none"  # recordings are compressed already


def _table(parcel: Parcel, group: list[Record], schema: pa.Schema) -> pa.Table:
    about = pa.Table.from_pylist([record.row() for record in group], pa.schema(_ABOUT))
    data = [parcel.read(record) for record in group]
    if parcel.features:
        return pa.Table.from_arrays([*about.columns, _frames(data)], schema=schema)
    kind = schema.field("audio").type
    if pa.types.is_struct(kind):
        named = zip(data, group, strict=True)
        rows = [{"bytes": each, "path": record.name} for each, record in named]
        return pa.Table.from_arrays([*about.columns, pa.array(rows, kind)], schema=schema)
    return pa.Table.from_arrays([*about.columns, pa.array(data, kind)], schema=schema)


def _frames(data: list[bytes]) -> pa.ListArray:
    """Return features as lists of rows, without making an object of every number."""
    takes = [np.load(io.BytesIO(each), allow_pickle=False).astype(np.float32) for each in data]
    lengths = [len(take) for take in takes]
    bands = takes[0].shape[1]
    values = pa.array(np.concatenate(takes).ravel())
    rows = pa.ListArray.from_arrays(np.arange(sum(lengths) + 1, dtype=np.int32) * bands, values)
    return pa.ListArray.from_arrays(np.cumsum([0, *lengths], dtype=np.int32), rows)


def _parts(records: Iterable[Record], most: int) -> Iterator[list[Record]]:
    """Yield records in runs of about so many bytes."""
    part, held = list[Record](), 0
    for record in records:
        if part and held + record.bytes > most:
            yield part
            part, held = [], 0
        part.append(record)
        held += record.bytes
    if part:
        yield part


def _known(parcel: Parcel) -> dict[str, str]:
    """Return the schema's metadata by which Hugging Face `datasets` knows sound from bytes."""
    kinds = {pa.string(): "string", pa.int64(): "int64", pa.bool_(): "bool"}
    told: dict[str, Any] = {name: {"dtype": kinds[kind], "_type": "Value"} for name, kind in _ABOUT}
    row = {"feature": {"dtype": "float32", "_type": "Value"}, "_type": "List"}
    frames = {"features": {"feature": row, "_type": "List"}}
    told |= frames if parcel.features else {"audio": {"_type": "Audio"}}
    return {"huggingface": json.dumps({"info": {"features": told}})}
