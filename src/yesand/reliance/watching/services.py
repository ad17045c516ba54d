"""Looking at a model's usage beside its report: a new report may be due."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from typing import Any

from django.db.models import QuerySet

from yesand.kernel.errors import BadInput
from yesand.kernel.place import Place
from yesand.reliance.drift import LONGEST_DAYS, MOVED, OLD, THRESHOLD, Drift, Usage, drift
from yesand.reliance.drift import indicated as shares_with
from yesand.reliance.inputs import Inputs
from yesand.reliance.models import Lean, Look, Report
from yesand.reliance.report import signed
from yesand.training.models import TrainedModel


def lean(place: Place, report: Report, given: Inputs) -> Lean | None:
    """Keep what every performer brought to each emotion asked, where the method tells takes apart.

    A head's is kept with its report; a network's is worth a training or two, and is asked for by
    ``yesand watch --keep``.
    """
    told = signed(report.envelope)
    known = Lean.objects.filter(report=report).first()
    settings = told["settings"]
    if known or told["method"] != "aumann-shapley" or settings.get("network") != "head":
        return known
    through = given.corpus.through
    # What was never asked about follows no mix: shares without it would not be the report's.
    if not _by_label(settings) or (through is not None and through.unasked):
        return None
    from yesand.reliance.watching.leaning import of_head  # PyTorch

    asked = of_head(given, float(settings["l2"]))
    return Lean.objects.create(report=report, asked=asked, method="head")


def lean_of_network(place: Place, report: Report, given: Inputs) -> Lean:
    """Keep the same of a network, by its tangents; they are kept too, in the house's ``models/``.

    Raises
    ------
    BadInput : the report is not of a network's training, or by another utility than the label's.
    """
    known = Lean.objects.filter(report=report).first()
    if known:
        return known
    told = signed(report.envelope)
    if told["method"] != "aumann-shapley" or "epochs" not in told["settings"]:
        raise BadInput("The report is not of a network's training", where=report.digest[:16])
    if not _by_label(told["settings"]):
        raise BadInput(
            "Only what was asked by label follows the mix of emotions", where=report.digest[:16]
        )
    from yesand.reliance.watching.leaning import of_network  # PyTorch

    kept = place.models / "tangents"
    asked = of_network(given, told["settings"], kept)
    return Lean.objects.create(report=report, asked=asked, method="tangents")


def _by_label(settings: Mapping[str, Any]) -> bool:
    return bool(settings.get("utility", "label") == "label")


def look(place: Place, model: TrainedModel, usage: Usage) -> Look | None:
    """Hold a model's usage against its report that sets shares, and note what came of it.

    Where nothing was used that says which emotions it was about, the report still grows old.

    Returns
    -------
    None where there is no such report.
    """
    report = standing(model)
    if report is None:
        return None
    asked = signed(report.envelope).get("mix", {})
    usage = usage.told_as(asked)
    mix, found = usage.mix, drift(asked, usage)
    kept = Lean.objects.filter(report=report).first()
    return Look.objects.create(
        model=model,
        report=report,
        at=place.clock.now(),
        mix=mix,
        events=usage.events,
        moved_ppb=found.moved_ppb if found else None,
        noise_ppb=found.noise_ppb if found else None,
        due=_due(place, report, found),
        indicated=shares_with(kept.asked, mix) if kept and mix else None,
    )


def serving() -> QuerySet[TrainedModel]:
    """Return the models in service."""
    rows = TrainedModel.objects.filter(deployments__decommission=None)
    return rows.exclude(deployments=None).distinct().order_by("name")


def standing(model: TrainedModel) -> Report | None:
    """Return the report by which a model pays now."""
    rows = Report.objects.filter(model=model, sets_shares=True)
    return rows.order_by("-entry_id").first()


def latest_look(model: TrainedModel) -> Look | None:
    """Return the last look at a model's usage, if it was held against the report that stands."""
    report = standing(model)
    return Look.objects.filter(report=report).order_by("-at", "-pk").first() if report else None


def threshold(place: Place) -> float:
    """Return how far a mix may move (``reliance_moved`` in house.json).

    Raises
    ------
    BadInput : that is no part of one.
    """
    told = place.settings.get("reliance_moved", THRESHOLD)
    try:
        found = float(told)
    except (TypeError, ValueError) as fault:
        raise BadInput("reliance_moved is no number", where="house.json") from fault
    if not 0 < found < 1:
        raise BadInput("reliance_moved lies between 0 and 1", where="house.json")
    return found


def longest(place: Place) -> timedelta:
    """Return how old a report may become (``reliance_days`` in house.json).

    Raises
    ------
    BadInput : that is no number of days.
    """
    told = str(place.settings.get("reliance_days", LONGEST_DAYS))
    if not told.isdigit() or not 0 < int(told) < 36_500:
        raise BadInput("reliance_days is no number of days", where="house.json")
    return timedelta(days=int(told))


def _due(place: Place, report: Report, found: Drift | None) -> str:
    if found is not None and found.due(threshold(place)):
        return MOVED
    return OLD if place.clock.now() - report.at > longest(place) else ""
