"""Who gets what: reliance."""

from __future__ import annotations

from matrix import CLOSED, THEIRS, Row

ROWS = [
    Row("report_chart", THEIRS, lambda s: [s.report.digest]),
    Row("reports", CLOSED),
    Row("report", THEIRS, lambda s: [s.report.digest]),
]
