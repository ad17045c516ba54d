"""Who gets what: agreements."""

from __future__ import annotations

from matrix import API, API_HERS, CLOSED, HERS_ALONE, Row

ROWS = [
    Row("agreements", CLOSED),
    Row("agreement", HERS_ALONE, lambda s: [s.agreement.digest]),
    Row("agreement_receipt", HERS_ALONE, lambda s: [s.agreement.digest]),
    Row("api:get /api/agreements", API),
    Row("api:get /api/agreements/{digest}", API_HERS, lambda s: [s.agreement.digest]),
    Row("api:get /api/agreements/{digest}/receipt", API_HERS, lambda s: [s.agreement.digest]),
]
