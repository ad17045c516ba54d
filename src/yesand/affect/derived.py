"""What was made of a recording's sound and kept beside it, by the recording's content."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

from yesand.kernel.ids import checked

#: Folders of the cache, each ``<kind>/<version>/<sha256>.npy``.
KINDS = ("logmel", "embeddings", "face")


def place_of(cache: Path, kind: str, version: str, sha256: str) -> Path:
    """Return where a recording's features lie."""
    return cache / kind / version / f"{checked(sha256)}.npy"


def forget(cache: Path, sha256s: Iterable[str]) -> None:
    """Drop all that was made of recordings, by whatever version, as their sound is deleted.

    A voice can be told, and nearly be heard, from such features: they are the recording still.
    """
    for sha256 in sha256s:
        for kind in KINDS:
            for path in (cache / kind).glob(f"*/{checked(sha256)}.npy"):
                path.unlink(missing_ok=True)
