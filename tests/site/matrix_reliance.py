"""Who gets what: reliance."""

from __future__ import annotations

from matrix import API, API_THEIRS, CLOSED, THEIRS, Row

ROWS = [
    Row("report_chart", THEIRS, lambda s: [s.report.digest]),
    Row("reports", CLOSED),
    Row("report", THEIRS, lambda s: [s.report.digest]),
    Row("api:get /api/reports", API),
    Row("api:get /api/reports/{digest}", API_THEIRS, lambda s: [s.report.digest]),
]
