"""A performer's reliance over time, from the reports that a person may see."""

from __future__ import annotations

from yesand.people.models import Performer
from yesand.people.sight import Sight, visible
from yesand.reliance.history import Course, History, Measured, drawn
from yesand.reliance.models import Report


def history(sight: Sight, performer: Performer) -> History | None:
    """Return a performer's shares by the reports that set shares, model by model."""
    rows = visible(Report, sight).filter(sets_shares=True, shares__has_key=performer.handle)
    found: dict[str, Course] = {}
    for row in rows.select_related("model").order_by("entry_id"):
        share = row.shares[performer.handle]
        point = Measured(
            row.at, share["share_ppb"], share["low_ppb"], share["high_ppb"], row.digest
        )
        known = found.get(row.model_id, Course(row.model.name, row.model_id, ()))
        found[row.model_id] = Course(known.model, known.digest, (*known.points, point))
    return drawn(list(found.values()))
