"""The forms in which a corpus leaves the house: each writes one folder, the same for the same."""

from __future__ import annotations

from enum import StrEnum
from importlib import import_module
from pathlib import Path
from typing import Protocol, cast

from yesand.corpus.exporting.record import Parcel
from yesand.kernel.errors import BadInput
from yesand.kernel.progress import Progress

#: Told with every export: files of another version may be other files.
VERSION = "yesand-export/2"


class Format(Protocol):
    """Writes a parcel into an empty folder; equal parcels give equal bytes."""

    def write(self, parcel: Parcel, folder: Path, progress: Progress) -> None:
        """Write it."""


class Name(StrEnum):
    """The formats by name."""

    TAR = "tar"
    CROISSANT = "croissant"
    WEBDATASET = "webdataset"
    PARQUET = "parquet"
    HUGGINGFACE = "huggingface"


#: Format → what it is for, in a few words.
FORMATS: dict[str, str] = {
    Name.TAR: "plain files with the signed manifest, to train with Yes-And",
    Name.CROISSANT: "Parquet shards with a Croissant 1.1 description, for any loader",
    Name.WEBDATASET: "tar shards, to stream into training",
    Name.PARQUET: "Parquet shards, for tables and queries",
    Name.HUGGINGFACE: "a folder that Hugging Face `datasets` loads",
}


def format_named(name: str) -> Format:
    """Return a format by its name.

    Raises
    ------
    BadInput : there is none of that name.
    """
    if name not in FORMATS:
        raise BadInput(
            f"No format {name!r}", where="format", remedy=f"There are {', '.join(FORMATS)}."
        )
    return cast(Format, import_module(f"{__name__}.{'plain' if name == 'tar' else name}"))
