"""Who gets what: takes."""

from __future__ import annotations

from typing import Any

from matrix import CLOSED, GONE, HERS_ALONE, LOGIN, OPEN, SEEN, Row
from stage import Stage
from takes_on_stage import project_of, upload_of

#: Producer and auditor; the producer alone.
OVERSEERS = (LOGIN, GONE, GONE, GONE, GONE, GONE, SEEN, SEEN, GONE)
PRODUCERS = (LOGIN, GONE, GONE, GONE, GONE, GONE, SEEN, GONE, GONE)
#: A form of the producer's: kept, and sent on.
KEPT = (LOGIN, GONE, GONE, GONE, GONE, GONE, 302, GONE, GONE)
#: Of an upload of Ada's: nobody else has it, whatever their role.
UNSIGNED, NOT_HERS = 401, 404


def hers(status: int) -> tuple[int, ...]:
    """What is Ada's by her own hand alone: the API tells others that there is nothing."""
    return (UNSIGNED, status, *(NOT_HERS,) * 7)


def begun(stage: Stage) -> dict[str, Any]:
    project, scene = project_of(stage), project_of(stage).scenes.get()
    return {"project": project.slug, "scene": scene.slug, "name": "take.wav", "size": 1000}


def verdict(stage: Stage) -> dict[str, Any]:
    return {"of": "Ada", "verdict": "rejected", "reason": "A siren in the middle"}


def scene(stage: Stage) -> dict[str, Any]:
    return {"title": "The lost ring", "emotion": "joy"}


def project(stage: Stage) -> dict[str, Any]:
    return {"title": "Autumn", "template": "standard/recognition", "open": "on"}


def fingerprint(stage: Stage) -> dict[str, Any]:
    return {"sha256": stage.take.sha256}


#: An auditor reads and makes nothing: sent back to the take's page.
MADE = (LOGIN, SEEN, GONE, GONE, GONE, GONE, SEEN, SEEN, GONE)

ROWS = [
    Row("check", OPEN),
    Row("check", OPEN, method="post", data=fingerprint, case="by its hash"),
    Row("check_file", (400,) * 9, method="post", case="without a file"),
    Row("check_authority", OPEN),
    Row("take_credentialed", MADE, lambda s: [s.take.sha256], method="post"),
    Row("sessions", CLOSED),
    Row("takes", CLOSED),
    Row("take", HERS_ALONE, lambda s: [s.take.sha256]),
    Row("take_media", HERS_ALONE, lambda s: [s.take.sha256]),
    Row("take_review", KEPT, lambda s: [s.take.sha256], method="post", data=verdict),
    Row("queue", OVERSEERS),
    Row("overview", OVERSEERS),
    Row("scenes", CLOSED),
    Row("scene", HERS_ALONE, lambda s: [project_of(s).scenes.get().slug]),
    Row("scene_new", PRODUCERS),
    Row("scene_new", KEPT, method="post", data=scene, case="kept"),
    Row("scene_edit", PRODUCERS, lambda s: [project_of(s).scenes.get().slug]),
    Row(
        "scene_edit",
        KEPT,
        lambda s: [project_of(s).scenes.get().slug],
        method="post",
        data=scene,
        case="kept",
    ),
    Row("projects", CLOSED),
    Row("project", HERS_ALONE, lambda s: [project_of(s).slug]),
    Row("project_new", PRODUCERS),
    Row("project_new", KEPT, method="post", data=project, case="kept"),
    Row("project_edit", PRODUCERS, lambda s: [project_of(s).slug]),
    Row(
        "project_edit",
        KEPT,
        lambda s: [project_of(s).slug],
        method="post",
        data=project,
        case="kept",
    ),
    Row(
        "record",
        (LOGIN, SEEN, *(GONE,) * 7),
        lambda s: [project_of(s).slug, project_of(s).scenes.get().slug],
    ),
    # Ben and Dora are not invited; nobody else performs.
    Row("api:post /api/uploads", (401, 201, 404, 404, *(403,) * 5), data=begun),
    Row("api:get /api/uploads", (401, *(200,) * 8)),
    Row("api:get /api/uploads/{upload}", hers(200), lambda s: [upload_of(s).pk]),
    Row("api:put /api/uploads/{upload}/parts/{number}", hers(422), lambda s: [upload_of(s).pk, 0]),
    Row(
        "api:post /api/uploads/{upload}/finish",
        hers(409),
        lambda s: [upload_of(s).pk],
        data=lambda s: {"sha256": "0" * 64},
    ),
    Row("api:delete /api/uploads/{upload}", hers(200), lambda s: [upload_of(s).pk]),
]
