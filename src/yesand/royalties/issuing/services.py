"""Writing statements to files; the figures come from the signed statement alone."""

from __future__ import annotations

import os
import re
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from yesand.kernel import durable
from yesand.kernel.canonical import parse
from yesand.kernel.errors import BadInput
from yesand.kernel.ids import digest
from yesand.kernel.place import Place
from yesand.provenance.dsse import payload_of
from yesand.royalties import document
from yesand.royalties.documents.apart import Sheet, kept
from yesand.royalties.earned.services import each_upto
from yesand.royalties.models import Statement
from yesand.royalties.proving.services import write_bundle
from yesand.training.models import TrainedModel

_FORMS = ("pdf", "html", "csv", "json", "bundle")


def write_statement(
    place: Place,
    statement: Statement,
    paths: Mapping[str, str | os.PathLike[str] | None],
    language: str | None = "en",
) -> dict[str, Path]:
    """Write a statement in each form that has a path; return what was written.

    Parameters
    ----------
    paths : ``pdf``, ``html``, ``csv``, ``json`` (the signed envelope) or ``bundle`` → where.
    language : of all in it that is not signed.

    Raises
    ------
    BadInput : a form that there is none of.
    """
    unknown = set(paths) - set(_FORMS)
    if unknown:
        raise BadInput(f"No statement in form of {', '.join(sorted(unknown))}")
    wanted = {form: Path(path) for form, path in paths.items() if path is not None}
    for form, path in wanted.items():
        if form == "bundle":
            write_bundle(place, statement, path)
        else:
            durable.write(path, rendered(place, statement, form, language))
    return wanted


def rendered(place: Place, statement: Statement, form: str, language: str | None = "en") -> bytes:
    """Return a statement as ``pdf``, ``html``, ``csv`` or ``json`` bytes."""
    if form == "pdf":
        return pdf(place, statement, language)
    if form == "csv":
        return document.csv(statement.envelope)
    if form == "json":
        return document.signed_json(statement.envelope)
    given = statement.envelope, place.name, place.origin, model_names(), language
    return document.html(*given, before(statement)).encode()


def pdf(place: Place, statement: Statement, language: str | None = "en") -> bytes:
    """Return a statement's PDF, set once and kept; it can be set again at any time.

    Raises
    ------
    Unavailable : too many are being set at this moment.
    """
    return kept(folder(place), sheet_of(place, statement, language))


def sheet_of(
    place: Place,
    statement: Statement,
    language: str | None = "en",
) -> Sheet:
    """Return what is to be set for a statement's PDF."""
    return sheets_of(place, [statement], language, model_names())[0]


def sheets_of(
    place: Place, statements: Sequence[Statement], language: str | None, names: Mapping[str, str]
) -> list[Sheet]:
    """Return what is to be set for each statement's PDF; ``names``: of the models, by digest."""
    pictures = each_upto(statements, names)
    return [
        document.sheet(
            one.envelope, place.name, place.origin, names, language, before(one), picture
        )
        for one, picture in zip(statements, pictures, strict=True)
    ]


def before(statement: Statement) -> dict[str, Any] | None:
    """Return the signed statement that one goes on from, if there is one."""
    digest = parse(payload_of(statement.envelope))["predicate"]["previous"]
    found = Statement.objects.filter(digest=digest).values_list("envelope", flat=True).first()
    return dict(found) if found else None


def folder(place: Place) -> Path:
    """Return where PDFs are kept."""
    return place.cache / "statements"


def model_names() -> dict[str, str]:
    """Return what each model is called."""
    return dict(TrainedModel.objects.values_list("digest", "name"))


def file_name(statement: Statement) -> str:
    """Return a name for a statement's files that is safe in any folder, without an ending."""
    handle = statement.performer.handle
    safe = re.sub(r"[^A-Za-z0-9_-]+", "-", handle)
    if safe != handle:  # two handles may be spelled the same then
        safe = f"{safe[:60]}-{digest(handle.encode())[:8]}"
    return f"statement-{safe}-{statement.settlement.period}-{statement.currency}"
