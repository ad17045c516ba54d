"""Who gets what: training."""

from __future__ import annotations

from typing import Any

from matrix import API, API_LAB, API_THEIRS, CLOSED, GONE, LAB, LABS, LICENSEES, LOGIN, THEIRS, Row
from stage import Stage

from yesand.corpus import services as corpus
from yesand.training import digest
from yesand.training.descending.services import descend
from yesand.training.models import Deployment, TrainedModel
from yesand.training.registry.services import register_files

#: Sent to show again who they are, before the end is signed.
ENDING = (LOGIN, GONE, GONE, GONE, LOGIN, *(GONE,) * 4)


def model(stage: Stage) -> dict[str, Any]:
    statement = digest.statement("elsewhere", {"weights.bin": "ab" * 32})
    return {"manifest": stage.manifest.digest, "name": "elsewhere", "statement": statement}


def service(stage: Stage) -> dict[str, Any]:
    return {"model": stage.model.digest, "name": "day-line"}


def parent(stage: Stage) -> TrainedModel:
    """A model of the lab's, registered by the digests of its files."""
    manifest = corpus.find(stage.house.place, stage.manifest.digest)
    return register_files(stage.house.place, manifest, {"parent.bin": "cd" * 32}, name="ancestor")


def descent(stage: Stage) -> dict[str, Any]:
    return {"how": "student", "parents": [{"model": parent(stage).digest}]}


def served(stage: Stage) -> list[str]:
    return [Deployment.objects.get(name="night-line").model_id]


def descended(stage: Stage) -> list[str]:
    model = Deployment.objects.get(name="night-line").model
    descend(stage.house.place, model, "student", {parent(stage): None})
    return [model.digest]


ROWS = [
    Row("models", CLOSED),
    Row("model", THEIRS, lambda s: [s.model.digest]),
    Row("model_report", LICENSEES, lambda s: [s.model.digest]),
    Row("model_register", LABS),
    Row("model_register", LABS, method="post", case="post"),
    Row("model_descent", LAB, lambda s: [s.model.digest]),
    Row("model_descent", LAB, lambda s: [s.model.digest], method="post", case="post"),
    Row("deployments", CLOSED),
    Row("deployments", LABS, method="post", case="post"),
    Row("deployment", THEIRS, lambda s: ["night-line"]),
    Row("deployment_end", LAB, lambda s: ["night-line"]),
    Row("deployment_end", ENDING, lambda s: ["night-line"], method="post", case="post"),
    Row("api:get /api/models", API),
    Row("api:get /api/models/{digest}", API_THEIRS, lambda s: [s.model.digest]),
    Row("api:post /api/models", API_LAB, data=model),
    Row("api:get /api/models/{digest}/descent", API_THEIRS, descended),
    Row("api:post /api/models/{digest}/descent", API_LAB, served, data=descent),
    Row("api:get /api/deployments", API),
    Row("api:get /api/deployments/{name}", API_THEIRS, lambda s: ["night-line"]),
    Row("api:post /api/deployments", API_LAB, data=service),
]
