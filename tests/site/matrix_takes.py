"""Who gets what: takes."""

from __future__ import annotations

from matrix import CLOSED, HERS_ALONE, Row

ROWS = [
    Row("sessions", CLOSED),
    Row("takes", CLOSED),
    Row("take", HERS_ALONE, lambda s: [s.take.sha256]),
    Row("take_media", HERS_ALONE, lambda s: [s.take.sha256]),
]
