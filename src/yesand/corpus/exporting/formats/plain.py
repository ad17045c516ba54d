"""Plain files: the signed manifest, a table, and a file a take."""

from __future__ import annotations

from pathlib import Path

from yesand.corpus.exporting.record import Parcel, Record
from yesand.corpus.exporting.texts import licence, readme, table
from yesand.kernel.progress import Progress


def write(parcel: Parcel, folder: Path, progress: Progress) -> None:
    """Write them. The manifest goes along, by pseudonyms: without it nobody trains with Yes-And."""
    (folder / "manifest.json").write_bytes(parcel.manifest.to_bytes())
    (folder / "takes.csv").write_bytes(table(parcel.records, place))
    licence(parcel, folder)
    readme(parcel, folder, _FILES)
    (folder / ("features" if parcel.features else "media")).mkdir()
    for done, record in enumerate(parcel.records):
        progress(done, len(parcel.records), "files")
        (folder / place(record)).write_bytes(parcel.read(record))


def place(record: Record) -> str:
    """Return where a record's file lies."""
    return f"{'features' if record.suffix == 'npy' else 'media'}/{record.name}"


_FILES = """\
manifest.json  the signed statement of exactly which takes were permitted (DSSE, in-toto), with
               pseudonyms in place of the names that the house knows its performers by
takes.csv      one row a take: its file and both hashes, pseudonym, emotion, agreement
media/         the recordings, each named by its take and carrying its credential (C2PA); or
features/      their log-mel energies (NumPy, float16, frames x 64)
"""
