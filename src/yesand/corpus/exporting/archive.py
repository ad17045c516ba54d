"""A manifest's data as one tar archive (POSIX ustar), made while it is sent.

It holds ``manifest.json`` exactly as signed, ``takes.csv``, and a file a take: the recording
itself, or its log-mel features where the terms let no more leave. Every file's bytes are checked
against the hash that the manifest names before they are written.
"""

from __future__ import annotations

import csv
import io
import tarfile
from collections.abc import Callable, Iterator
from datetime import datetime
from pathlib import Path

import numpy as np

from yesand.corpus.manifest import ManifestTake, SignedManifest
from yesand.kernel.errors import CheckFailed
from yesand.kernel.ids import digest
from yesand.takes.media import MediaStore

#: From a take to its name in the archive and its bytes.
Contents = Callable[[ManifestTake], tuple[str, bytes]]
_README = """\
The takes that one request may use, and nothing else.

manifest.json  the signed statement of exactly these takes (DSSE, in-toto), as the house signed it
takes.csv      one row a take: file, performer, emotion, length, the agreement it is under
media/         the recordings, each named by its SHA-256; or
features/      their log-mel energies (NumPy, float16, frames x 64)

Use it for what the manifest's request says, and for nothing else. A performer may take their
permission back; ask the house for the manifest again before you train.
"""


def pieces(manifest: SignedManifest, contents: Contents, at: datetime) -> Iterator[bytes]:
    """Yield the archive in pieces; the same manifest at the same moment gives the same bytes."""
    moment = int(at.timestamp())
    yield from _file("README.txt", _README.encode(), moment)
    yield from _file("manifest.json", manifest.to_bytes(), moment)
    rows: list[tuple[str, ...]] = [
        ("file", "performer", "emotion", "duration_ms", "agreement", "synthetic")
    ]
    for take in manifest.takes:
        name, data = contents(take)
        yield from _file(name, data, moment)
        rows.append(_row(name, take))
    yield from _file("takes.csv", _table(rows), moment)
    yield bytes(2 * tarfile.BLOCKSIZE)


def recordings(store: MediaStore) -> Contents:
    """Give the recordings as they were made."""

    def given(take: ManifestTake) -> tuple[str, bytes]:
        path = store.path_of(take.sha256)
        return f"media/{path.name}", _checked(path, take.sha256)

    return given


def features(store: MediaStore, cache: Path) -> Contents:
    """Give the log-mel features of the recordings."""
    from yesand.affect.features import Cache, Source, extract  # PyTorch is an extra

    kept = Cache(cache)

    def given(take: ManifestTake) -> tuple[str, bytes]:
        source = Source(take.sha256, store.path_of(take.sha256))
        _checked(source.path, take.sha256)
        (found,) = extract([source], kept)
        file = io.BytesIO()
        np.save(file, found, allow_pickle=False)
        return f"features/{take.sha256}.npy", file.getvalue()

    return given


def _row(name: str, take: ManifestTake) -> tuple[str, ...]:
    length, made = str(take.duration_ms), str(take.synthetic).lower()
    return (name, take.performer, take.emotion, length, take.agreement, made)


def _checked(path: Path, sha256: str) -> bytes:
    data = path.read_bytes()
    if digest(data) != sha256:
        raise CheckFailed("A recording's bytes do not match its name", where=path.name)
    return data


def _table(rows: list[tuple[str, ...]]) -> bytes:
    text = io.StringIO(newline="")
    csv.writer(text).writerows(rows)
    return text.getvalue().encode()


def _file(name: str, data: bytes, moment: int) -> Iterator[bytes]:
    told = tarfile.TarInfo(name)
    told.size, told.mtime, told.mode = len(data), moment, 0o644
    yield told.tobuf(tarfile.USTAR_FORMAT)
    yield data
    yield bytes(-len(data) % tarfile.BLOCKSIZE)
