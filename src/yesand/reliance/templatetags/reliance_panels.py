"""Reliance, as other pages show it."""

from __future__ import annotations

from typing import Any

from django import template

from yesand.people.models import Performer
from yesand.people.sight import visible
from yesand.reliance.bars import drawn
from yesand.reliance.emotions import by_emotion
from yesand.reliance.models import Report
from yesand.reliance.naming.services import names
from yesand.training.models import TrainedModel

register = template.Library()


@register.inclusion_tag("reliance/of_performer.html", takes_context=True)
def shares_of(context: dict[str, Any], performer: Performer) -> dict[str, Any]:
    """Show how much each model leans on a performer, by the latest report, or one that pays."""
    rows = visible(Report, context["request"].sight).select_related("model")
    latest: dict[str, Report] = {
        r.model_id: r for r in rows.order_by("sets_shares", "at", "digest")
    }
    return {
        "shares": [
            {"report": report, **report.shares[performer.handle]}
            for report in latest.values()
            if performer.handle in report.shares
        ]
    }


@register.inclusion_tag("reliance/of_model.html", takes_context=True)
def reliance_of(context: dict[str, Any], model: TrainedModel) -> dict[str, Any]:
    """Show a model's latest report, one that pays before all others, and name the rest."""
    rows = visible(Report, context["request"].sight).filter(model=model)
    found = list(rows.order_by("-sets_shares", "-at", "digest"))
    return {"request": context["request"], "report": found[0] if found else None, "all": found}


@register.inclusion_tag("reliance/bars.html", takes_context=True)
def bars(context: dict[str, Any], report: Report) -> dict[str, Any]:
    """Draw a report's shares with their intervals, the largest first."""
    return {"bars": drawn(report.shares, names(report, context["request"].sight))}


@register.inclusion_tag("reliance/emotions.html", takes_context=True)
def emotions(context: dict[str, Any], report: Report) -> dict[str, Any]:
    """Show by emotion what came from whom, where the report tells takes apart."""
    return {"table": by_emotion(report.shares, names(report, context["request"].sight))}
