"""Measuring a fine-tune of ours through both of its trainings: it needs both folders."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from yesand.kernel.errors import BadInput, Refused
from yesand.kernel.place import Place
from yesand.kernel.progress import Progress, silent
from yesand.reliance import inputs
from yesand.reliance.descendants.services import descent_of, followed
from yesand.reliance.estimators import checked_settings
from yesand.reliance.keeping.services import keep
from yesand.reliance.models import Report
from yesand.reliance.recomputing import completed
from yesand.reliance.services import check_adds_up, check_folder, names_of, question, read
from yesand.training.lineage import FINE_TUNE
from yesand.training.models import TrainedModel


def measure(
    place: Place,
    model: TrainedModel,
    folder: Path,
    parent_folder: Path,
    *,
    mix: Mapping[str, float] | None = None,
    progress: Progress = silent,
    **settings: Any,
) -> Report:
    """Measure, sign and log the reliance of a fine-tune; asked the same again, it is one report.

    Parameters
    ----------
    folder : the fine-tune's, with frozen features of the parent's takes and of its own.
    parent_folder : the parent's, which says which takes are the parent's.

    Raises
    ------
    BadInput : it is no fine-tune of one parent, or the takes do not tell the two apart.
    CheckFailed : a folder is not the model's.
    Refused : they know other emotions, or one was taught with synthetic takes.
    """
    from yesand.reliance.estimators.continued import FineTune  # PyTorch

    descent = descent_of(model)
    parent = (
        descent.parents.select_related("model").get().model if descent.how == FINE_TUNE else None
    )
    if parent is None:
        raise BadInput("Only a fine-tune is measured through both trainings", where=model.name)
    check_folder(parent, parent_folder)
    given = read(place, model, folder, mix)
    theirs = inputs.read(parent_folder, parent.digest, None, names_of(place, parent))
    if theirs.corpus.labels != given.corpus.labels:
        raise Refused("Parent and fine-tune know other emotions", where=model.name)
    checked_settings(FineTune, settings)
    chosen = FineTune(**settings, parent=parent.digest, first=frozenset(theirs.corpus.takes))
    for one in (theirs, given):
        check_adds_up(chosen, one)
    asked = question(model, chosen, given)
    known = Report.objects.filter(asked=asked).first()
    if known:
        return known
    found = chosen.estimate(given.model, given.corpus, given.queries, progress)
    found = completed(found, given)
    told = {
        "how": descent.how,
        "descent": descent.entry.record,
        **chosen.passed_on(),
        "parents": [{"model": parent.digest, "weight_ppb": 1_000_000_000, "report": None}],
    }
    made = keep(place, model, asked, found, mix=inputs.mix(given), descent=told)
    followed(place, made)
    return made
