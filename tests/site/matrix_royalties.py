"""Who gets what: royalties."""

from __future__ import annotations

from matrix import (
    API,
    API_HERS,
    API_LICENSEES,
    API_PERFORMERS,
    CLOSED,
    GONE,
    HERS_ALONE,
    LAB,
    LICENSEES,
    PERFORMERS,
    SEEN,
    UNSIGNED,
    Row,
)
from stage import Stage, delivered

#: The other licensee has nothing in service that it could deliver for.
REFUSED = 409
DELIVERING = (UNSIGNED, GONE, GONE, GONE, SEEN, REFUSED, GONE, GONE, GONE)
EVENT = {
    "specversion": "1.0",
    "id": "one",
    "source": "https://lab.example/own",
    "type": "org.yes-and.usage.v1",
    "time": "2026-10-03T20:15:00Z",
    "subject": "night-line",
    "data": {"unit": "request", "quantity": 1},
}


def delivery(stage: Stage) -> list[str]:
    return [delivered(stage).digest]


ROWS = [
    Row("usage", CLOSED),
    Row("usage", LAB, method="post", data=lambda s: {"licensee": "house-lab"}, case="post"),
    Row("delivery", LICENSEES, delivery),
    Row("delivery_quarantine", LICENSEES, delivery),
    Row("balance", PERFORMERS),
    Row("statements", CLOSED),
    Row("statement", HERS_ALONE, lambda s: [s.statement.digest]),
    Row("statement_document", HERS_ALONE, lambda s: [s.statement.digest]),
    Row("statement_pdf", HERS_ALONE, lambda s: [s.statement.digest]),
    Row("statement_evidence", HERS_ALONE, lambda s: [s.statement.digest]),
    Row("payouts", CLOSED),
    Row("api:get /api/statements", API),
    Row("api:get /api/statements/{digest}", API_HERS, lambda s: [s.statement.digest]),
    Row("api:get /api/balance", API_PERFORMERS),
    Row("api:get /api/escrow", API),
    Row("api:get /api/deliveries", API),
    Row("api:get /api/deliveries/{digest}", API_LICENSEES, delivery),
    Row("api:post /api/usage", DELIVERING, data=lambda s: EVENT),
]
