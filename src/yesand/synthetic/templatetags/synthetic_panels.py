"""Synthetic takes, as other pages show them."""

from __future__ import annotations

from typing import Any

from django import template
from django.db.models import Count, Q

from yesand.kernel.place import Place
from yesand.people.models import Performer
from yesand.people.sight import Sight, visible
from yesand.synthetic.models import SyntheticBatch, SyntheticTake

register = template.Library()


@register.inclusion_tag("synthetic/of_performer.html", takes_context=True)
def synthetic_of(context: dict[str, Any], performer: Performer) -> dict[str, Any]:
    """Show how many synthetic takes descend from a performer, by which generator, for whom."""
    request = context["request"]
    return descending(request.place, request.sight, performer)


def descending(place: Place, sight: Sight, performer: Performer) -> dict[str, Any]:
    """Return a row for every batch with takes that descend from a performer."""
    takes = visible(SyntheticTake, sight).filter(descents__performer=performer)
    known = Count("takes", filter=Q(takes__in=takes.values("pk")), distinct=True)
    batches = visible(SyntheticBatch, sight).filter(takes__in=takes.values("pk")).distinct()
    found = batches.annotate(mine=known).select_related("manifest__licensee").order_by("entry_id")
    rows = [
        {"batch": batch, "number": batch.mine, "fallen": _fallen(place, batch, performer)}
        for batch in found
    ]
    return {"performer": performer, "rows": rows, "number": sum(row["number"] for row in rows)}


def _fallen(place: Place, batch: SyntheticBatch, performer: Performer) -> int:
    """Return how many of a performer's descendants descend from what was taken back since."""
    from yesand.synthetic.services import fallen_as_logged  # it brings PyTorch along

    mine = batch.takes.filter(descents__performer=performer)
    return mine.filter(sha256__in=fallen_as_logged(place, batch)).distinct().count()
