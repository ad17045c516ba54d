"""Who gets what: training."""

from __future__ import annotations

from typing import Any

from matrix import API, API_LAB, API_THEIRS, CLOSED, GONE, LAB, LABS, LOGIN, THEIRS, Row
from stage import Stage

from yesand.training import digest

#: Sent to show again who they are, before the end is signed.
ENDING = (LOGIN, GONE, GONE, GONE, LOGIN, *(GONE,) * 4)


def model(stage: Stage) -> dict[str, Any]:
    statement = digest.statement("elsewhere", {"weights.bin": "ab" * 32})
    return {"manifest": stage.manifest.digest, "name": "elsewhere", "statement": statement}


def service(stage: Stage) -> dict[str, Any]:
    return {"model": stage.model.digest, "name": "day-line"}


ROWS = [
    Row("models", CLOSED),
    Row("model", THEIRS, lambda s: [s.model.digest]),
    Row("model_register", LABS),
    Row("model_register", LABS, method="post", case="post"),
    Row("deployments", CLOSED),
    Row("deployments", LABS, method="post", case="post"),
    Row("deployment", THEIRS, lambda s: ["night-line"]),
    Row("deployment_end", LAB, lambda s: ["night-line"]),
    Row("deployment_end", ENDING, lambda s: ["night-line"], method="post", case="post"),
    Row("api:get /api/models", API),
    Row("api:get /api/models/{digest}", API_THEIRS, lambda s: [s.model.digest]),
    Row("api:post /api/models", API_LAB, data=model),
    Row("api:get /api/deployments", API),
    Row("api:get /api/deployments/{name}", API_THEIRS, lambda s: ["night-line"]),
    Row("api:post /api/deployments", API_LAB, data=service),
]
