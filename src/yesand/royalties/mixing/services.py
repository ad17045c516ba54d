"""The emotions of a model's metered usage, and the looks at it that tell when to measure anew."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from datetime import UTC, datetime
from typing import Any

import numpy as np

from yesand.kernel.canonical import parse
from yesand.kernel.place import Place
from yesand.reliance.drift import Usage
from yesand.reliance.models import Look
from yesand.reliance.watching.services import look, serving, standing
from yesand.royalties.engines import fetched
from yesand.royalties.metering.services import store_of, using
from yesand.royalties.models import UsageBatch
from yesand.training.models import TrainedModel

#: Events looked at, at most. Their keys are hashes, so the lowest are a random sample.
SAMPLE = 200_000
UNMEASURED = "no report of it sets shares yet"


def watch(place: Place, models: Iterable[TrainedModel] | None = None) -> list[Look]:
    """Look at the usage of models in service, since their reports; return what was found."""
    found = []
    for model in serving() if models is None else models:
        report = standing(model)
        if report is None:
            continue
        seen = look(place, model, usage_of(place, model, report.at))
        found += [seen] if seen else []
    return found


def passed_over(seen: Iterable[Look]) -> dict[str, str]:
    """Return why models in service were not looked at, by name: no report to hold usage against."""
    rows = serving().exclude(pk__in=[one.model_id for one in seen])
    return {model.name: UNMEASURED for model in rows if standing(model) is None}


def mix_since_report(place: Place, model: TrainedModel) -> dict[str, int]:
    """Return in which mix a model was used since the report that stands, or since it serves."""
    report = standing(model)
    first = model.deployments.order_by("since").values_list("since", flat=True).first()
    since = report.at if report is not None else first
    return usage_of(place, model, since).mix if since is not None else {}


def usage_of(place: Place, model: TrainedModel, since: datetime) -> Usage:
    """Return what a model was used for since a moment, by day and emotion.

    Each event counts once, however much it counts for in money; those that do not say their
    emotions say nothing here.
    """
    names = list(model.deployments.values_list("name", flat=True))
    store = store_of(place)
    with using(place), store.session() as session:
        batches = UsageBatch.objects.values_list("digest", flat=True)
        rows = store.events(session, batches)
        moment = since.astimezone(UTC).replace(tzinfo=None)
        rows = rows.filter(
            rows.deployment.isin(names), rows["at"] >= moment, rows.emotions.notnull()
        )
        rows = rows.order_by(["key_hi", "key_lo"]).limit(SAMPLE)
        rows = rows.select(day=rows["at"].date().cast("string"), emotions=rows.emotions)
        told = fetched(rows) if names else []
    return _by_day(told)


def _by_day(told: list[dict[str, Any]]) -> Usage:
    days: dict[str, dict[str, float]] = defaultdict(lambda: defaultdict(float))
    for row in told:
        mix = parse(row["emotions"].encode())
        whole = sum(mix.values())
        for emotion, weight in mix.items() if whole > 0 else ():
            days[row["day"]][emotion] += weight / whole
    emotions = tuple(sorted({emotion for day in days.values() for emotion in day}))
    table = [[days[day].get(emotion, 0.0) for emotion in emotions] for day in sorted(days)]
    return Usage(emotions, np.array(table, dtype=np.float64).reshape(len(days), len(emotions)))
