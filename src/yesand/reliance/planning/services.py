"""Planning the report on a registered model."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from yesand.kernel.place import Place
from yesand.kernel.progress import Progress, silent
from yesand.reliance import estimators, inputs
from yesand.reliance.planning import Plan, plan
from yesand.reliance.services import check_adds_up
from yesand.training.services import registered


def foresee(
    place: Place,
    folder: Path,
    *,
    estimator: str = estimators.DEFAULT,
    mix: Mapping[str, float] | None = None,
    progress: Progress = silent,
    **settings: Any,
) -> Plan:
    """Return what a report on the model in a folder would cost; nothing is signed or logged.

    Raises
    ------
    NotFound, NotRegistered, CheckFailed, Refused : as for the report itself.
    """
    chosen = estimators.estimator(estimator, **settings)
    model = registered(place, folder)
    given = inputs.read(folder, model.digest, mix)
    check_adds_up(chosen, given)
    return plan(chosen, given, progress)
