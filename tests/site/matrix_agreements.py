"""Who gets what: agreements."""

from __future__ import annotations

from matrix import CLOSED, HERS_ALONE, Row

ROWS = [
    Row("agreements", CLOSED),
    Row("agreement", HERS_ALONE, lambda s: [s.agreement.digest]),
]
