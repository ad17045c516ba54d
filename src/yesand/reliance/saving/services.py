"""Giving a report out, one performer's row to them, the whole to auditors; and reading it."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from yesand.kernel import durable
from yesand.kernel.canonical import canonical, parse
from yesand.kernel.errors import BadInput, CheckFailed
from yesand.kernel.ids import digest
from yesand.kernel.place import Place
from yesand.provenance import dsse
from yesand.provenance.statements import Predicate
from yesand.reliance.models import Report
from yesand.reliance.report import open_rows
from yesand.takes.crediting.masking.services import pseudonyms


def opening(report: Report, handle: str) -> dict[str, Any]:
    """Return one performer's row with its salt, for ``rows.open_row``.

    Raises
    ------
    BadInput : the report is not about that performer.
    """
    if handle not in report.shares:
        raise BadInput("The report is not about that performer", where=handle)
    return {"row": {"performer": handle, **report.shares[handle]}, "salt": report.salts[handle]}


def save(place: Place, report: Report, path: Path) -> None:
    """Write a report with all its rows, as an auditor reads it: see ``load``."""
    durable.write(path, saved(place, report))


def saved(place: Place, report: Report) -> bytes:
    """Return a report with all its rows, and who is who in the model's folder."""
    masks = pseudonyms(place, report.shares)
    openings = [
        {**opening(report, handle), "pseudonym": masks.get(handle, handle)}
        for handle in sorted(report.shares)
    ]
    return canonical({"report": report.envelope, "openings": openings}) + b"\n"


def load(path: Path, house: bytes) -> dict[str, Any]:
    """Read a saved report; return its predicate with ``shares`` (handle → row), all checked.

    Parameters
    ----------
    house : the 32 raw public bytes of the house's key that must have signed it.

    Raises
    ------
    BadInput : it cannot be read. CheckFailed : a signature, a row or the sum does not hold.
    """
    try:
        told = parse(path.read_bytes(), where=str(path))
        envelope, openings = told["report"], list(told["openings"])
        rows = {str(i): one["row"] for i, one in enumerate(openings)}
        salts = {str(i): one["salt"] for i, one in enumerate(openings)}
    except OSError as fault:
        raise BadInput(f"Cannot read: {fault.strerror}", where=str(path)) from fault
    except (KeyError, TypeError) as fault:
        raise BadInput("Not a saved reliance report", where=str(path)) from fault
    statement = dsse.opened(envelope, {digest(house): house})
    if statement.get("predicateType") != Predicate.RELIANCE:
        raise CheckFailed("The envelope holds something else", where=str(path))
    predicate: dict[str, Any] = statement["predicate"]
    opened = open_rows(predicate, rows, salts)
    return {**predicate, "shares": {row.performer: row.as_json() for row in opened}}
