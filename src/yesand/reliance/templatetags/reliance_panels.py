"""Reliance, as other pages show it."""

from __future__ import annotations

from typing import Any

from django import template

from yesand.people.models import Performer
from yesand.people.sight import visible
from yesand.reliance.bars import drawn
from yesand.reliance.emotions import by_emotion
from yesand.reliance.histories.services import history
from yesand.reliance.models import Look, Report
from yesand.reliance.naming.services import names
from yesand.reliance.report import signed
from yesand.reliance.watching.services import latest_look
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
        "history": history(context["request"].sight, performer),
        "shares": [
            {"report": report, **report.shares[performer.handle]}
            for report in latest.values()
            if performer.handle in report.shares
        ],
    }


@register.inclusion_tag("reliance/of_model.html", takes_context=True)
def reliance_of(context: dict[str, Any], model: TrainedModel) -> dict[str, Any]:
    """Show a model's latest report, one that pays before all others, and name the rest."""
    rows = visible(Report, context["request"].sight).filter(model=model)
    found = list(rows.order_by("-sets_shares", "-at", "digest"))
    request, look = context["request"], latest_look(model)
    shown = names(look.report, request.sight) if look else {}
    return {
        "request": request,
        "report": found[0] if found else None,
        "all": found,
        "look": look if look and look.report in found else None,
        "indicated": _indicated(look, shown) if look else [],
    }


def _indicated(look: Look, shown: dict[str, str]) -> list[tuple[str, int, int]]:
    """Return who would have which share by the usage looked at, beside the report's."""
    shares = look.report.shares
    rows = (look.indicated or {}).items()
    told = [(shown[h], shares[h]["share_ppb"], part) for h, part in rows if h in shown]
    return sorted(told, key=lambda row: (-row[2], row[0]))


@register.inclusion_tag("reliance/bars.html", takes_context=True)
def bars(context: dict[str, Any], report: Report) -> dict[str, Any]:
    """Draw a report's shares with their intervals, the largest first; mark those near none."""
    least = signed(report.envelope).get("quality", {}).get("detectable_ppb")
    made = drawn(report.shares, names(report, context["request"].sight), least)
    return {
        "bars": made,
        "least": least if any(bar.faint for bar in made) else None,
        "synthetic": any(bar.through_ppb for bar in made),
    }


@register.inclusion_tag("reliance/emotions.html", takes_context=True)
def emotions(context: dict[str, Any], report: Report) -> dict[str, Any]:
    """Show by emotion what came from whom, where the report tells takes apart."""
    return {"table": by_emotion(report.shares, names(report, context["request"].sight))}
