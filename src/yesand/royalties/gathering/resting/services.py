"""What the sharing of a month's pools rests on: reports, manifests, and agreements that stood."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django.db.models import Sum

from yesand.agreements.chain import heads
from yesand.agreements.models import Agreement
from yesand.corpus.models import ManifestPerformer
from yesand.kernel.clock import Period
from yesand.kernel.errors import CheckFailed
from yesand.reliance.models import Report
from yesand.reliance.report import check_whole, signed
from yesand.royalties.facts import Ancestor, ModelBasis
from yesand.royalties.gathering.descent.services import ancestors
from yesand.training.models import TrainedModel


def bases(period: Period, models: Iterable[str]) -> tuple[ModelBasis, ...]:
    """Return what the sharing of each model's pools rests on; errors as ``sound``."""
    known = reports(period)
    found = []
    for model in TrainedModel.objects.filter(digest__in=models).order_by("digest"):
        report = sound(known.get(model.digest), model.digest)
        found.append(
            ModelBasis(
                **_given(model),
                report=report.digest if report else None,
                ancestors=tuple(Ancestor(**_given(one)) for one in ancestors(model, report.shares))
                if report
                else (),
            )
        )
    return tuple(found)


def _given(model: TrainedModel) -> dict[str, Any]:
    rows = ManifestPerformer.objects.filter(manifest=model.manifest_id)
    return {
        "model": model.digest,
        "manifest": model.manifest_id,
        "performers": rows.values("performer").distinct().count(),
        "duration_ms": rows.aggregate(ms=Sum("duration_ms", default=0))["ms"],
    }


def manifests(models: Iterable[ModelBasis]) -> set[str]:
    """Return the manifests whose performers a settlement pays: of models and of ancestors."""
    found = set[str]()
    for basis in models:
        found |= {basis.manifest, *(one.manifest for one in basis.ancestors)}
    return found


def standing(period: Period) -> dict[str, str]:
    """Return, for every agreement, the one that stood when the month ended.

    So settling later gives the same: new terms never price what was used before them.
    """
    rows = Agreement.objects.filter(signed_at__lt=period.end)
    return heads(dict(rows.values_list("digest", "supersedes_id")))


def reports(period: Period) -> dict[str, Report]:
    """Return the report that measures each model in a month, of those that may set shares.

    A new report measures from its date on: it is the last one before the month's end. A model
    that was measured only after it has its first report for all months before.
    """
    rows = Report.objects.filter(sets_shares=True).order_by("entry_id")
    found: dict[str, Report] = {}
    for row in rows:
        if row.at < period.end or row.model_id not in found:
            found[row.model_id] = row
    return found


def sound(report: Report | None, model: str) -> Report | None:
    """Return a report that a model's pools may be shared by, or none where there is none.

    Raises
    ------
    CheckFailed : what was signed is of another model, or the shares do not add up to one: pools
        would be paid to others, in part, or more than once.
    """
    if report is None:
        return None
    if {report.model_id, signed(report.envelope).get("model")} != {model}:
        raise CheckFailed("The report is of another model", where=report.digest[:12])
    check_whole((row["share_ppb"] for row in report.shares.values()), report.digest[:12])
    return report
