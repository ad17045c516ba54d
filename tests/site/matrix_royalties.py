"""Who gets what: royalties."""

from __future__ import annotations

from matrix import CLOSED, HERS_ALONE, Row

ROWS = [
    Row("usage", CLOSED),
    Row("statements", CLOSED),
    Row("statement", HERS_ALONE, lambda s: [s.statement.digest]),
    Row("statement_document", HERS_ALONE, lambda s: [s.statement.digest]),
    Row("statement_pdf", HERS_ALONE, lambda s: [s.statement.digest]),
    Row("statement_evidence", HERS_ALONE, lambda s: [s.statement.digest]),
    Row("payouts", CLOSED),
]
