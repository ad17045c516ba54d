"""Models, as other pages show them."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from django import template

from yesand.corpus.crediting.services import credit_names
from yesand.corpus.models import Manifest
from yesand.people.sight import Sight, visible
from yesand.training.dimensional_record import NAME, PARTS
from yesand.training.models import Descent, TrainedModel
from yesand.training.reporting import can_report
from yesand.training.shading import shaded

register = template.Library()


@register.inclusion_tag("training/from_manifest.html", takes_context=True)
def models_from(context: dict[str, Any], manifest: Manifest) -> dict[str, Any]:
    """Show the models trained from a manifest."""
    rows = visible(TrainedModel, context["request"].sight).filter(manifest=manifest)
    return {"title": "Models trained from it", "models": rows.order_by("at")}


@register.inclusion_tag("training/named.html", takes_context=True)
def models_named(context: dict[str, Any], manifest: Manifest) -> dict[str, Any]:
    """Name the models trained from a manifest, in one cell."""
    return models_from(context, manifest)


@register.inclusion_tag("training/from_manifest.html", takes_context=True)
def models_seen(context: dict[str, Any]) -> dict[str, Any]:
    """Show the models that the person may see, the newest first."""
    rows = visible(TrainedModel, context["request"].sight)
    return {"title": "Your models", "models": rows.order_by("-at")[:20]}


@register.inclusion_tag("training/scores.html", takes_context=True)
def scores_of(context: dict[str, Any], model: TrainedModel) -> dict[str, Any]:
    """Show how well a model does (``affect.evaluating``); nobody's handle is shown to others."""
    scores = model.run.get("scores") or {}
    sight = context["request"].sight
    mine = scores.get("by_performer", {}).get(sight.performer.handle) if sight.performer else None
    rows = shaded(scores.get("confusion", []))
    return {
        "scores": scores,
        "enrolled": model.run.get("enrolled"),
        "axes": list(_axes(model.run.get(NAME) or {})),
        "asked": NAME in model.run,
        "worst": _worst(model, sight) if scores else "",
        "mine": mine,
        "rows": list(zip(scores.get("labels", []), rows, strict=True)),
        "report": model.digest if _reported(model, sight) else "",
    }


def _axes(told: dict[str, Any]) -> Iterator[dict[str, Any]]:
    """Yield the axes that a run reads out, by take and over time, without anybody's name."""
    for part in PARTS:
        for axis, one in told.get(part, {}).items():
            if "none" not in one:
                worst, raters = one["worst_performer"] or {}, one["raters"] or {}
                yield {
                    "axis": axis,
                    "over_time": part == PARTS[1],
                    "takes": one["takes"],
                    "ccc": one["ccc"],
                    "worst": worst.get("ccc"),
                    "rater": raters.get("one_rater"),
                }


@register.inclusion_tag("training/copies.html", takes_context=True)
def copies_of(context: dict[str, Any], model: TrainedModel) -> dict[str, Any]:
    """Show which takes training left out as copies; which they are is for who sees all takes."""
    found = model.run.get("left_out_as_copies")
    return {
        "looked": found is not None,
        "copies": [{**one, "percent": round(one["likeness"] / 1e4)} for one in found or []],
        "alike": model.run.get("sound_alike", []),
        "everything": context["request"].sight.everything,
    }


def _reported(model: TrainedModel, sight: Sight) -> bool:
    return bool(sight.everything or sight.licensees) and can_report(model.card)


def _worst(model: TrainedModel, sight: Sight) -> str:
    """Name for whom it works worst: by handle in the house, to licensees only who is credited."""
    handle: str = model.run["scores"]["worst_performer"]["performer"]
    if sight.everything:
        return handle
    return credit_names(model.manifest).get(handle, "") if sight.licensees else ""


@register.inclusion_tag("training/lineage.html", takes_context=True)
def lineage_of(context: dict[str, Any], model: TrainedModel) -> dict[str, Any]:
    """Show from which models one was made, and what was made from it."""
    sight = context["request"].sight
    rows = visible(TrainedModel, sight)
    descent = Descent.objects.filter(model=model).prefetch_related("parents__model").first()
    children = rows.filter(descent__parents__model=model).select_related("descent")
    return {
        "model": model,
        "descent": descent,
        "seen": rows.filter(children__descent=descent) if descent else rows.none(),
        "children": children.order_by("at", "digest"),
        "mine": model.manifest.licensee_id in sight.licensees,
    }


@register.inclusion_tag("training/card.html")
def card_of(model: TrainedModel) -> dict[str, Any]:
    """Show a model's card (``training.card``) but for the scores, which have their own place."""
    return {"card": model.card}
