"""What the room of reliance holds about a person: their rows of reports, and what was told them."""

from __future__ import annotations

from typing import Any

from yesand.people.models import Performer, User
from yesand.reliance.models import Fall, Report
from yesand.reliance.saving.services import opening


def held(user: User) -> dict[str, Any]:
    """Return every report's row about the person, with its salt, and the falls told to them."""
    performer = Performer.objects.filter(user=user).first()
    if performer is None:
        return {"rows": [], "falls": []}
    reports = Report.objects.filter(shares__has_key=performer.handle).order_by("entry_id")
    falls = Fall.objects.filter(performer=performer).order_by("pk")
    return {
        "rows": [
            {"report": one.digest, "model": one.model_id, **opening(one, performer.handle)}
            for one in reports
        ],
        "falls": list(falls.values("report", "before", "reasons", "at")),
    }
