"""Who gets what: corpus."""

from __future__ import annotations

from matrix import (
    API,
    API_LAB,
    API_LABS,
    API_LICENSEES,
    API_THEIRS,
    CLOSED,
    GONE,
    LAB,
    LICENSEES,
    LOGIN,
    SEEN,
    THEIRS,
    Row,
)
from stage import Stage

from yesand.corpus.exporting.ordering.services import order
from yesand.corpus.exporting.services import hand_out, make

#: A licensee for itself, a producer for the house's own lab.
ASKERS = (LOGIN, GONE, GONE, GONE, SEEN, SEEN, SEEN, GONE, GONE)
#: The lab alone is led on, and told that it is under way.
TAKEN_UP = tuple(302 if status == SEEN else status for status in LAB)
API_TAKEN_UP = tuple(202 if status == SEEN else status for status in API_LAB)
WANTED = {"purpose": "emotion-recognition", "use_class": "recognition", "territory": "DE"}


def handed_out(stage: Stage) -> str:
    """Hand the lab's corpus out once more."""
    place, row = stage.house.place, stage.manifest
    return hand_out(place, row, make(place, row, "tar"), None).digest


def ordered(stage: Stage) -> int:
    """Ask for the lab's corpus."""
    row, user = stage.manifest, stage.users["lab"]
    return int(order(stage.house.place, row, "parquet", user).pk)


ROWS = [
    Row("manifests", CLOSED),
    Row("manifest", THEIRS, lambda s: [s.manifest.digest]),
    Row("manifest_document", LICENSEES, lambda s: [s.manifest.digest]),
    Row("corpus_request", ASKERS),
    Row("corpus_request", ASKERS, method="post", case="post"),
    Row(
        "export_ask",
        TAKEN_UP,
        lambda s: [s.manifest.digest],
        method="post",
        data=lambda s: {"format": "parquet"},
    ),
    Row("export_order", LAB, lambda s: [ordered(s)]),
    Row("export_data", LAB, lambda s: [handed_out(s)]),
    Row("api:get /api/corpora", API),
    Row("api:get /api/corpora/{digest}", API_THEIRS, lambda s: [s.manifest.digest]),
    Row("api:get /api/corpora/{digest}/manifest", API_LICENSEES, lambda s: [s.manifest.digest]),
    Row("api:post /api/corpora/{digest}/data", API_LAB, lambda s: [s.manifest.digest]),
    Row(
        "api:post /api/corpora/{digest}/exports",
        API_TAKEN_UP,
        lambda s: [s.manifest.digest],
        data=lambda s: {"format": "parquet"},
    ),
    Row("api:get /api/exports/orders/{number}", API_LAB, lambda s: [ordered(s)]),
    Row("api:get /api/exports/{digest}/data", API_LAB, lambda s: [handed_out(s)]),
    Row("api:post /api/corpora/rehearsal", API_LABS, data=lambda s: WANTED),
    Row("api:post /api/corpora", API_LABS, data=lambda s: WANTED),
]
