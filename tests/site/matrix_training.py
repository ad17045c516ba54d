"""Who gets what: training."""

from __future__ import annotations

from matrix import CLOSED, THEIRS, Row

ROWS = [
    Row("models", CLOSED),
    Row("model", THEIRS, lambda s: [s.model.digest]),
]
