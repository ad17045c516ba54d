"""What nobody performed: synthetic takes, and how much of models' training they are."""

from __future__ import annotations

from django.db.models import Count
from django.utils.translation import gettext_noop

from yesand.newsroom.reporting.figure import Part, part, parts
from yesand.newsroom.reporting.queries.asked import Answer, Asked, Question
from yesand.synthetic.models import SyntheticBatch, SyntheticTake
from yesand.training.models import TrainedModel

_TOLD = "run__synthetic__duration_ms", "card__data__duration_ms"


def _takes(asked: Asked) -> Answer:
    made = asked.by_end(SyntheticBatch, "at").values("digest")
    takes = SyntheticTake.objects.filter(batch__in=made).order_by("batch__generator")
    rows = takes.values("batch__generator").annotate(
        number=Count("pk", distinct=True), people=Count("descents__performer", distinct=True)
    )
    found = [(r["batch__generator"], r["number"], r["people"]) for r in rows]
    return rows, parts(found) or (Part(label="none", value=0),)


def _models(asked: Asked) -> Answer:
    rows = asked.by_end(TrainedModel, "at").filter(run__has_key="synthetic").values("digest")
    return rows, (Part(label="models", value=len(rows)),)


def _training(asked: Asked) -> Answer:
    whole = asked.by_end(TrainedModel, "at").filter(run__has_key="synthetic")
    rows = whole.values("digest", *_TOLD)
    people = whole.aggregate(n=Count("manifest__performers__performer", distinct=True))["n"]
    synthetic, performed = (sum(row[name] or 0 for row in rows) // 60_000 for name in _TOLD)
    told = part("performed", performed, people), part("synthetic", synthetic, people)
    return rows, told


QUESTIONS = (
    Question(
        "synthetic-takes",
        gettext_noop("Synthetic takes"),
        gettext_noop(
            "Takes that nobody performed, made from performers’ takes by the end of the month, by "
            "what made them."
        ),
        _takes,
    ),
    Question(
        "models-synthetic",
        gettext_noop("Models taught with synthetic takes"),
        gettext_noop(
            "Models registered by the end of the month that learned from such takes, too."
        ),
        _models,
    ),
    Question(
        "training-synthetic",
        gettext_noop("What these models learned from"),
        gettext_noop("The minutes that they were trained on, each model by itself, added up."),
        _training,
        unit="min",
    ),
)
