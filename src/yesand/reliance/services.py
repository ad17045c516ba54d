"""Measuring a registered model's reliance on its performers, signed and logged."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from pathlib import Path
from typing import Any

from yesand.kernel import durable
from yesand.kernel.canonical import canonical, parse
from yesand.kernel.errors import BadInput, CheckFailed
from yesand.kernel.ids import digest, digest_of
from yesand.kernel.place import Place
from yesand.kernel.progress import Progress, silent
from yesand.provenance import dsse
from yesand.provenance.statements import Predicate
from yesand.reliance import estimators, inputs
from yesand.reliance.descendants.services import followed
from yesand.reliance.keeping.services import keep
from yesand.reliance.models import Report
from yesand.reliance.recomputing import completed
from yesand.reliance.report import open_rows
from yesand.reliance.watching.services import lean
from yesand.takes.crediting.masking.services import pseudonyms
from yesand.training.digest import model_digest
from yesand.training.models import TrainedModel


def estimate(
    place: Place,
    model: TrainedModel,
    folder: Path,
    *,
    estimator: str = estimators.DEFAULT,
    mix: Mapping[str, float] | None = None,
    progress: Progress = silent,
    **settings: Any,
) -> Report:
    """Measure, sign and log; asked the same again, return the report that there is.

    Parameters
    ----------
    folder : the model's, with the frozen features that its training left.
    mix : emotion → how much of the real usage it makes up.
    settings : the estimator's own.

    Raises
    ------
    NotFound : no such folder, no frozen features in it, or no such estimator.
    CheckFailed : the folder is not the model's, or its features are of other performers.
    """
    chosen = estimators.estimator(estimator, **settings)
    check_folder(model, folder)
    given = inputs.read(folder, model.digest, mix, names_of(place, model))
    check_performers(model, (*given.corpus.performers, *given.copiers))
    asked = digest_of(
        {
            "model": model.digest,
            "method": chosen.name,
            "version": chosen.version,
            "settings": chosen.settings(),
            "queries": given.queries.digest(given.corpus),
        }
    )
    known = Report.objects.filter(asked=asked).first()
    if known:
        return known
    found = chosen.estimate(given.model, given.corpus, given.queries, progress)
    found = completed(found, given)
    # As it was asked for: where takes are lacking, the mix that came of it does not tell.
    usage = {"usage": dict(mix)} if mix is not None else {}
    made = keep(place, model, asked, found, mix=inputs.mix(given), **usage)
    lean(place, made, given)
    followed(place, made)
    return made


def latest(model: TrainedModel, before: datetime | None = None) -> Report | None:
    """Return the model's newest report, or the newest signed before a moment."""
    rows = Report.objects.filter(model=model)
    if before is not None:
        rows = rows.filter(at__lt=before)
    return rows.order_by("-entry_id").first()


def opening(report: Report, handle: str) -> dict[str, Any]:
    """Return one performer's row with its salt, for ``rows.open_row``.

    Raises
    ------
    BadInput : the report is not about that performer.
    """
    if handle not in report.shares:
        raise BadInput("The report is not about that performer", where=handle)
    return {"row": _row(handle, report.shares[handle]), "salt": report.salts[handle]}


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


def check_folder(model: TrainedModel, folder: Path) -> None:
    """Check that a folder is a model's.

    Raises
    ------
    CheckFailed : it is not.
    """
    found = model_digest(folder)
    if found != model.digest:
        raise CheckFailed(
            f"The folder's digest is {found[:16]}, the model's {model.digest[:16]}",
            where=str(folder),
            remedy="Give the folder as its training wrote it.",
        )


def names_of(place: Place, model: TrainedModel) -> dict[str, str]:
    """Return pseudonym → handle of the model's performers: its folder names nobody."""
    handles = model.manifest.performers.values_list("performer__handle", flat=True)
    return {mask: handle for handle, mask in pseudonyms(place, handles).items()}


def check_performers(model: TrainedModel, performers: tuple[str, ...]) -> None:
    """Check that frozen features are of a model's performers.

    Raises
    ------
    CheckFailed : they are of others.
    """
    rows = model.manifest.performers.values_list("performer__handle", flat=True)
    strangers = sorted(set(performers) ^ set(rows))
    if strangers:
        raise CheckFailed(
            "The frozen features are not of this model's performers",
            where=strangers[0],
            remedy="Give the folder that its training wrote.",
        )


def _row(handle: str, share: Mapping[str, Any]) -> dict[str, Any]:
    return {"performer": handle, **share}
