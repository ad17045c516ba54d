"""WebDataset shards: tar files in which the files of one take follow each other under one key."""

from __future__ import annotations

import io
import json
import tarfile
from collections.abc import Iterator
from pathlib import Path

from yesand.corpus.exporting.record import Parcel, Record
from yesand.corpus.exporting.texts import licence, readme
from yesand.kernel.progress import Progress

#: Bytes after which a shard is full, and how many takes it has at most.
SHARD, MOST = 256 << 20, 10_000


def write(parcel: Parcel, folder: Path, progress: Progress) -> None:
    """Write the shards, and the texts beside them."""
    (folder / "shards").mkdir()
    done = 0
    for number, part in enumerate(_parts(parcel.records)):
        path = folder / "shards" / f"takes-{number:06d}.tar"
        with tarfile.open(path, "w", format=tarfile.USTAR_FORMAT) as shard:
            for record in part:
                _add(shard, record.name, parcel.read(record))
                told = {**record.row(), "manifest": parcel.manifest.digest}
                _add(shard, f"{record.take}.json", json.dumps(told).encode())
                done += 1
                progress(done, len(parcel.records), "takes")
    licence(parcel, folder)
    readme(parcel, folder, "shards/  tar: KEY.wav (flac, mp3, npy) and KEY.json of every take\n")


def _add(shard: tarfile.TarFile, name: str, data: bytes) -> None:
    told = tarfile.TarInfo(name)
    told.size, told.mode = len(data), 0o644
    shard.addfile(told, io.BytesIO(data))


def _parts(records: tuple[Record, ...]) -> Iterator[list[Record]]:
    part, held = list[Record](), 0
    for record in records:
        if part and (held + record.bytes > SHARD or len(part) == MOST):
            yield part
            part, held = [], 0
        part.append(record)
        held += record.bytes
    if part:
        yield part
