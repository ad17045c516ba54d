"""The texts that lie beside exported data: what it is, what was left out, under which licence."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Callable, Iterable
from pathlib import Path

from yesand.corpus.exporting.record import COLUMNS, Parcel, Record

LICENCE, SUMS, LEFT_OUT = "license.rsl.xml", "SHA256SUMS", "left-out.json"
#: What no export holds, so that nobody looks for it (740 ILCS 14/15(c), BIPA).
BIOMETRICS = (
    "No voiceprint, face geometry, embedding or other identifier of a person's body is in it. "
    "Making one from it is not licensed."
)
CHANGES = (
    "A performer may take their permission back at any time. Poll the house's revocation feed, "
    "and ask for the manifest again before each training."
)


def licence(parcel: Parcel, folder: Path) -> None:
    """Write the licence for machines, and what was left out."""
    (folder / LICENCE).write_bytes(parcel.about.licence)
    told = [{"takes": part.takes, "reason": part.reason} for part in parcel.left_out]
    (folder / LEFT_OUT).write_text(json.dumps(told, indent=2, ensure_ascii=False) + "\n", "utf-8")


def readme(parcel: Parcel, folder: Path, files: str) -> None:
    """Write what the folder holds."""
    about = parcel.about
    parts = [
        f"{about.title}\n{'=' * len(about.title)}",
        f"{len(parcel.records):,} takes that one request may use, and nothing else.",
        *(["MADE BY CODE: some or all of it is no person's performance."] * parcel.synthetic),
        "\n".join(f"{name}: {value}" for name, value in about.request),
        f"Manifest {parcel.manifest.digest}, signed by {about.house} (log {about.origin}).",
        files + _FILES,
        "Use it for what the request says, and for nothing else. " + CHANGES,
        BIOMETRICS,
        *credited(parcel),
    ]
    (folder / "README.txt").write_text("\n\n".join(parts) + "\n", "utf-8")


_FILES = f"""\
{LICENCE}  the licence for machines (RSL 1.0)
{LEFT_OUT}   what is not in it, and why
{SUMS}       every file's hash: sha256sum -c {SUMS}
export.json      the house's signed word that this was exported, with its place in the log"""


def credited(parcel: Parcel) -> list[str]:
    """Return the thanks to those who wish to be named, if there are any."""
    names = parcel.about.credits
    return [f"With thanks to {', '.join(names)}."] if names else []


def table(records: Iterable[Record], place: Callable[[Record], str]) -> bytes:
    """Return one row a take as CSV (RFC 4180), with the place of its file first."""
    text = io.StringIO(newline="")
    rows = csv.writer(text)
    rows.writerow(["file", *COLUMNS])
    for record in records:
        told = {**record.row(), "synthetic": str(record.synthetic).lower()}
        rows.writerow([place(record), *told.values()])
    return text.getvalue().encode()
