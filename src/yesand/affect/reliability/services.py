"""Reliability of the ratings in the registry."""

from __future__ import annotations

import csv
import io
from pathlib import Path

from django.db.models import Count, Q

from yesand.affect.golden.services import gold
from yesand.affect.models import Rating, Showing
from yesand.affect.rating.given import modal
from yesand.affect.reliability.careless import Careless, skipping
from yesand.affect.reliability.report import Reliability, Said, reliability, soft
from yesand.affect.spaces import Categories, categories, mapping, space
from yesand.kernel.durable import write
from yesand.kernel.errors import NotFound


def rated() -> list[tuple[str, str]]:
    """Return (space, modality) and (scale, modality) of all ratings, in order."""
    rows = Rating.objects.order_by().values_list("space", "scale", "modality").distinct()
    return sorted({(name, how) for *both, how in rows for name in both if name})


def reports(name: str = "", modality: str = "") -> list[Reliability]:
    """Return the reliability of every space and modality that has ratings, or of those named.

    Raises
    ------
    NotFound : no such space, or nobody has rated in it. BadInput : no such modality.
    """
    wanted = space(name).id if name else ""
    modality = modal(modality) if modality else ""
    found = [
        _report(one, how)
        for one, how in rated()
        if one == (wanted or one) and how == (modality or how)
    ]
    if not found and (name or modality):
        raise NotFound(
            f"Nobody has rated in {' '.join(filter(None, (wanted, modality)))}",
            remedy="`yesand affect rate import` takes ratings in.",
        )
    return found


def skippers() -> list[Careless]:
    """Return who leaves what they are shown unjudged, far more often than others do."""
    shown = Showing.objects.order_by().values_list("rater__name")
    judged = Count("pk", filter=Q(ratings__isnull=False), distinct=True)
    left = Count("pk", filter=Q(skip__isnull=False, ratings__isnull=True), distinct=True)
    rows = shown.annotate(judged=judged, left=left)
    return skipping({name: (n, m) for name, n, m in rows if n + m})


def export_soft(path: Path, name: str, modality: str, into: str = "") -> int:
    """Write every take's soft label as CSV; return how many takes.

    Parameters
    ----------
    into : carry them over into this space, with the share of each that has no counterpart there;
        what has one adds up to one, and where nothing has one the labels are left empty.

    Raises
    ------
    NotFound : no such space or mapping, or nobody has rated in it. BadInput : a space of axes, or
        no such modality.
    """
    known = categories(name)
    way = mapping(known.id, into or known.id)
    said = said_in(known.id, modal(modality))
    if not said:
        raise NotFound(f"Nobody has rated in {known.id} {modality}")
    takes, found = soft(said, known.labels)
    text = io.StringIO(newline="")
    table = csv.writer(text, lineterminator="\n")
    table.writerow(["take", "space", "modality", *way.target.labels, "outside", "raters"])
    for take, row, number in zip(takes, found.distribution, found.raters, strict=True):
        told, outside = way.carry(dict(zip(known.labels, map(float, row), strict=True)))
        parts = (f"{told.get(label, 0):.9f}" if told else "" for label in way.target.labels)
        ends = (f"{outside:.9f}", f"{number:.2f}")
        table.writerow([take, way.target.id, modality, *parts, *ends])
    write(path, text.getvalue().encode())
    return len(takes)


def _report(name: str, modality: str) -> Reliability:
    known = space(name)
    labels = known.labels if isinstance(known, Categories) else ()
    golden = gold(name) if labels else {}
    return reliability(said_in(name, modality), known.id, modality, labels, golden)


def said_in(name: str, modality: str) -> list[Said]:
    """Return the ratings in a space or on a scale, in the log's order, with what lies in it alone.

    Values on two scales are not to be compared, whatever their labels are. A trace alone is not in
    them: nothing here looks at it, and who gave a value too has said that first. What a rater
    corrected counts as it is now.
    """
    of_labels = isinstance(space(name), Categories)
    where = {"space": name} if of_labels else {"scale": name}
    rows = Rating.objects.filter(modality=modality, followed_by=None, **where)
    rows = rows if of_labels else rows.exclude(axes={})
    rows = rows.select_related("take__performer", "rater")
    return [
        Said(
            take=row.take.sha256,
            performer=row.take.performer.handle,
            rater=row.rater.name,
            emotions=row.emotions if of_labels else {},
            axes={} if of_labels else {axis: v / 1000 for axis, v in row.axes.items()},
            spent_ms=row.spent_ms,
            duration_ms=row.take.duration_ms,
        )
        for row in rows.order_by("entry_id")
    ]
