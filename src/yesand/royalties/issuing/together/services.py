"""All statements of a month: as signed, as PDFs set by a pool of processes, as one table."""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping
from concurrent.futures import ProcessPoolExecutor
from itertools import islice
from pathlib import Path

from django.db.models import QuerySet

from yesand.kernel import durable
from yesand.kernel.clock import Period
from yesand.kernel.errors import NotFound
from yesand.kernel.place import Place
from yesand.kernel.pool import pool
from yesand.kernel.progress import Progress, silent
from yesand.provenance.dsse import opened
from yesand.royalties.document import signed_json
from yesand.royalties.documents.apart import Sheet, place_of
from yesand.royalties.documents.rows import table
from yesand.royalties.documents.setting import set_pdf
from yesand.royalties.issuing.services import file_name, folder, model_names, sheets_of
from yesand.royalties.models import Statement
from yesand.royalties.services import payload
from yesand.royalties.statement import parse_statement

#: How many are in hand at once, so that a month of any size fits in memory.
_BATCH = 200


def statements_of(period: Period) -> QuerySet[Statement]:
    """Return a month's statements, by performer.

    Raises
    ------
    NotFound : the month is not settled, or nobody has a statement for it.
    """
    rows = Statement.objects.filter(settlement__period=str(period))
    if not rows.exists():
        raise NotFound(
            f"No statements for {period}",
            remedy=f"Settle it with `yesand settle {period}`, if the month is over.",
        )
    return rows.select_related("performer", "settlement").order_by("performer__handle", "currency")


def write_pdfs(
    place: Place,
    period: Period,
    out: Path,
    language: str | None = "en",
    progress: Progress = silent,
    workers: int | None = None,
) -> int:
    """Write each statement of a month as a PDF into a folder; return how many there are.

    A pool of processes sets them. What was set before is taken as it was kept; so a run that is
    broken off goes on where it stopped.

    Raises
    ------
    NotFound : no statements. CheckFailed : one that this house did not sign.
    """
    return set_together(place, statements_of(period), out, language, progress, workers)


def set_together(
    place: Place,
    rows: QuerySet[Statement],
    out: Path,
    language: str | None = "en",
    progress: Progress = silent,
    workers: int | None = None,
) -> int:
    """Write these statements as PDFs into a folder, by a pool; return how many there are.

    Raises
    ------
    CheckFailed : one that this house did not sign.
    """
    total, done, names = rows.count(), 0, model_names()
    each = _signed(place, rows)
    progress(0, total)
    with pool(workers or os.cpu_count() or 1) as beside:
        while batch := list(islice(each, _BATCH)):
            sheets = sheets_of(place, batch, language, names)
            for row, data in zip(batch, _set(beside, folder(place), sheets), strict=True):
                durable.write(out / f"{file_name(row)}.pdf", data)
                done += 1
                progress(done, total, row.performer.handle)
    return done


def write_json(place: Place, period: Period, out: Path, progress: Progress = silent) -> int:
    """Write each statement of a month as it was signed into a folder; return how many.

    Raises
    ------
    NotFound : no statements. CheckFailed : one that this house did not sign.
    """
    rows, done = statements_of(period), 0
    each, total = _signed(place, rows), rows.count()
    while batch := list(islice(each, _BATCH)):
        files = {f"{file_name(row)}.json": signed_json(row.envelope) for row in batch}
        _write_all(out, files)
        done += len(batch)
        progress(done, total, batch[-1].performer.handle)
    return done


def _signed(place: Place, rows: QuerySet[Statement]) -> Iterator[Statement]:
    """Yield statements that this house has signed."""
    keys = {place.signer.id: place.signer.public}
    for row in rows.iterator(chunk_size=_BATCH):
        opened(row.envelope, keys)
        yield row


def write_table(period: Period, path: Path) -> int:
    """Write the lines of all statements of a month as one CSV; return how many statements.

    Raises
    ------
    NotFound : no statements.
    """
    rows = list(statements_of(period))
    told = table((parse_statement(payload(row)), row.digest) for row in rows)
    durable.write(path, told.encode())
    return len(rows)


def _write_all(out: Path, files: Mapping[str, bytes]) -> None:
    """Put whole files into a folder: each is there as it is to be, or as it was before."""
    partial = {out / f".{name}.part": name for name in files}
    durable.write_all({path: files[name] for path, name in partial.items()})
    for path, name in partial.items():
        path.replace(out / name)
    durable.sync(out)


def _set(beside: ProcessPoolExecutor, kept: Path, sheets: list[Sheet]) -> Iterator[bytes]:
    """Yield each sheet's PDF, in order: what is kept, or set by the pool and kept now."""
    paths = [place_of(kept, sheet) for sheet in sheets]
    coming = {
        path: beside.submit(set_pdf, sheet.told, sheet.at)
        for path, sheet in zip(paths, sheets, strict=True)
        if not path.exists()
    }
    for path in paths:
        if path in coming:
            durable.write(path, coming[path].result())
        yield path.read_bytes()
