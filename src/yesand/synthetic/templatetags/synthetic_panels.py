"""Synthetic takes, as other pages show them."""

from __future__ import annotations

from typing import Any

from django import template
from django.db.models import Count, Q

from yesand.corpus.crediting.services import credit_names
from yesand.kernel.place import Place
from yesand.people.models import Performer
from yesand.people.sight import Sight, visible
from yesand.synthetic.models import SyntheticBatch, SyntheticTake
from yesand.synthetic.reaching.services import told_of
from yesand.training.models import TrainedModel

register = template.Library()


@register.inclusion_tag("synthetic/of_performer.html", takes_context=True)
def synthetic_of(context: dict[str, Any], performer: Performer) -> dict[str, Any]:
    """Show how many synthetic takes descend from a performer, by which generator, for whom."""
    request = context["request"]
    return descending(request.place, request.sight, performer)


@register.inclusion_tag("synthetic/in_model.html")
def synthetic_in(model: TrainedModel) -> dict[str, Any]:
    """Show how much of a model's training nobody performed, made by what, and from whom.

    Only who wishes to be named is, to whoever sees the model.
    """
    told = model.run.get("synthetic")
    if not told:
        return {"told": None}
    batches = SyntheticBatch.objects.select_related("manifest")
    known = {b.digest: b for b in batches.filter(digest__in=[o["batch"] for o in told_of(model)])}
    rows = [{**one, **_from(known.get(str(one["batch"])))} for one in told_of(model)]
    return {"told": told, "percent": told["share_ppm"] / 10_000, "rows": rows}


def _from(batch: SyntheticBatch | None) -> dict[str, Any]:
    """Return from whom a batch's takes came: credit names, and how many wish for none."""
    if batch is None:
        return {"credited": [], "unnamed": 0}
    from yesand.synthetic.services import performers_of  # it brings PyTorch and SciPy along

    names = credit_names(batch.manifest)
    people = list(performers_of(batch).values_list("handle", flat=True))
    credited = sorted(names[who] for who in people if who in names)
    return {"credited": credited, "unnamed": len(people) - len(credited)}


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
    from yesand.synthetic.services import fallen_as_logged  # likewise

    mine = batch.takes.filter(descents__performer=performer)
    return mine.filter(sha256__in=fallen_as_logged(place, batch)).distinct().count()
