"""What was made of it: models, where they serve, whom they rely on, how much they are used."""

from __future__ import annotations

from django.db.models import Count, Sum
from django.utils.translation import gettext_noop

from yesand.newsroom.reporting.figure import Part
from yesand.newsroom.reporting.queries.asked import Answer, Asked, Question
from yesand.reliance.models import Report
from yesand.royalties.models import UsageBatch
from yesand.training.models import Decommission, Deployment, TrainedModel


def _models(asked: Asked) -> Answer:
    rows = asked.by_end(TrainedModel, "at").values("digest")
    return rows, (Part(label="models", value=len(rows)),)


def _deployments(asked: Asked) -> Answer:
    ended = asked.by_end(Decommission, "until").values("deployment")
    rows = asked.by_end(Deployment, "since").exclude(pk__in=ended).values("name")
    return rows, (Part(label="in service", value=len(rows)),)


def _reports(asked: Asked) -> Answer:
    rows = asked.by_end(Report, "at").values("sets_shares")
    rows = rows.annotate(number=Count("pk")).order_by("sets_shares")
    told = {r["sets_shares"]: r["number"] for r in rows}
    return rows, (
        Part(label="set shares", value=told.get(True, 0)),
        Part(label="too unsure to", value=told.get(False, 0)),
    )


def _usage(asked: Asked) -> Answer:
    rows = asked.known(UsageBatch).values("digest")
    total = rows.aggregate(
        accepted=Sum("accepted"), repeated=Sum("repeated"), quarantined=Sum("quarantined")
    )
    return rows.values("digest", "accepted", "repeated", "quarantined"), tuple(
        Part(label=name, value=total[name] or 0) for name in ("accepted", "repeated", "quarantined")
    )


QUESTIONS = (
    Question(
        "models",
        gettext_noop("Models registered"),
        gettext_noop("Models registered by the end of the month."),
        _models,
    ),
    Question(
        "deployments",
        gettext_noop("Deployments in service"),
        gettext_noop("Deployments that had begun by the end of the month and had not ended by it."),
        _deployments,
    ),
    Question(
        "reliance-reports",
        gettext_noop("Reliance reports"),
        gettext_noop("Signed reports by the end of the month: sure enough to set shares, or not."),
        _reports,
    ),
    Question(
        "usage-events",
        gettext_noop("Usage events"),
        gettext_noop(
            "Metered events of all deliveries by then: counted once, recognised, or set aside."
        ),
        _usage,
    ),
)
