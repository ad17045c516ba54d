"""Writing a statement to files; the figures come from the signed statement alone."""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path

from yesand.kernel import durable
from yesand.kernel.errors import BadInput
from yesand.kernel.place import Place
from yesand.royalties import document
from yesand.royalties.models import Statement
from yesand.royalties.proving.services import write_bundle
from yesand.training.models import TrainedModel

_FORMS = ("pdf", "html", "json", "bundle")


def write_statement(
    place: Place, statement: Statement, paths: Mapping[str, str | os.PathLike[str] | None]
) -> dict[str, Path]:
    """Write a statement in each form that has a path; return what was written.

    Parameters
    ----------
    paths : ``pdf``, ``html``, ``json`` (the signed envelope) or ``bundle`` → where it goes.

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
            durable.write(path, rendered(place, statement, form))
    return wanted


def rendered(place: Place, statement: Statement, form: str) -> bytes:
    """Return a statement as ``pdf``, ``html`` or ``json`` bytes."""
    if form == "json":
        return document.signed_json(statement.envelope)
    names = dict(TrainedModel.objects.values_list("digest", "name"))
    given = (statement.envelope, place.name, place.origin, names)
    return document.pdf(*given) if form == "pdf" else document.html(*given).encode()
