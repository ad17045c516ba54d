"""Who gets what: reliance."""

from __future__ import annotations

from matrix import API, API_THEIRS, CLOSED, HERS_ALONE, THEIRS, WATCHED, Row
from stage import Stage

from yesand.people.models import Performer
from yesand.reliance.models import Fall


def fell(stage: Stage) -> list[int]:
    """Ada's share, told as having fallen."""
    told = {"before": stage.report, "reasons": [["joined", {"performers": 1, "share_ppb": 9}]]}
    ada = Performer.objects.get(handle="Ada")
    defaults = {**told, "at": stage.house.place.clock.now()}
    fall, _ = Fall.objects.get_or_create(report=stage.report, performer=ada, defaults=defaults)
    return [fall.pk]


ROWS = [
    Row("fall", HERS_ALONE, fell),
    Row("report_chart", THEIRS, lambda s: [s.report.digest]),
    Row("report_whole", WATCHED, lambda s: [s.report.digest]),
    Row("reports", CLOSED),
    Row("report", THEIRS, lambda s: [s.report.digest]),
    Row("api:get /api/reports", API),
    Row("api:get /api/reports/{digest}", API_THEIRS, lambda s: [s.report.digest]),
]
